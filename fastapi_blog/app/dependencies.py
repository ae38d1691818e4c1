"""What a handler may ask for, by type. FastAPI resolves it once a request."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request
from fastapi.requests import HTTPConnection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.accounts.passwords import Attempts
from app.addresses import client_address
from app.config import Settings
from app.database import Database
from app.live import Live
from app.mail import Mailer
from app.rate_limits import Limiter


# Idiom: an HTTPConnection is a request or a WebSocket, whichever the handler is for.
async def _database(connection: HTTPConnection) -> Database:
    database: Database = connection.app.state.database
    return database


async def _settings(connection: HTTPConnection) -> Settings:
    settings: Settings = connection.app.state.settings
    return settings


async def _live(connection: HTTPConnection) -> Live:
    live: Live = connection.app.state.live
    return live


async def _limiter(request: Request) -> Limiter:
    limiter: Limiter = request.app.state.limiter
    return limiter


async def _mailer(request: Request) -> Mailer:
    mailer: Mailer = request.app.state.mailer
    return mailer


SettingsDep = Annotated[Settings, Depends(_settings)]
DatabaseDep = Annotated[Database, Depends(_database)]
LiveDep = Annotated[Live, Depends(_live)]
LimiterDep = Annotated[Limiter, Depends(_limiter)]
MailerDep = Annotated[Mailer, Depends(_mailer)]


async def _reading(database: DatabaseDep) -> AsyncIterator[AsyncConnection]:
    async with database.reading() as connection:
        yield connection


async def _writing(database: DatabaseDep) -> AsyncIterator[AsyncSession]:
    async with database.writing() as session:
        yield session


# Idiom: what follows a dependency's `yield` runs after the answer is sent, unless its
# scope is the function. No 201 may go out for something that then cannot be committed.
Reading = Annotated[AsyncConnection, Depends(_reading, scope="function")]
Writing = Annotated[AsyncSession, Depends(_writing, scope="function")]


async def _address(request: Request, settings: SettingsDep) -> str:
    peer = request.client.host if request.client else ""
    forwarded = request.headers.getlist("x-forwarded-for")
    return client_address(peer, forwarded, settings.trusted_proxies)


Address = Annotated[str, Depends(_address)]


async def _public_url(request: Request, settings: SettingsDep) -> str:
    """From the settings or the socket, never from what the client sends as `Host`."""
    _host, port = request.scope["server"]
    return settings.public_url or f"http://127.0.0.1:{port}"


async def _attempts(
    database: DatabaseDep, limiter: LimiterDep, address: Address
) -> Attempts:
    return Attempts(database, limiter, address)


PublicUrl = Annotated[str, Depends(_public_url)]
AttemptsDep = Annotated[Attempts, Depends(_attempts)]
