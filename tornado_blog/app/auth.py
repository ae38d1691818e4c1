"""Who is calling: the bearer token of a request, and the user behind it."""

import re

from tornado.httputil import HTTPHeaders

from app.accounts.users import Caller, find_caller
from app.config import Settings
from app.database import Database
from app.errors import Forbidden, InvalidToken, NotAuthenticated
from app.routing import Access
from app.security import decode_access_token

CREDENTIALS = re.compile(r"bearer ([^\s,]+)", re.IGNORECASE)


def read_token(headers: HTTPHeaders) -> str | None:
    """The token, None without a header; raises InvalidToken for anything else."""
    fields = headers.get_list("Authorization")
    if not any(fields):
        return None
    credentials = CREDENTIALS.fullmatch(fields[0]) if len(fields) == 1 else None
    if credentials is None:
        raise InvalidToken
    return credentials[1]


async def find_current_caller(
    headers: HTTPHeaders, access: Access, settings: Settings, database: Database
) -> Caller | None:
    """Raises NotAuthenticated, InvalidToken or Forbidden for who may not go on."""
    token = None if access is Access.UNASKED else read_token(headers)
    caller = await _find(token, settings, database) if token else None
    if caller is None and access in {Access.USER, Access.ADMIN}:
        raise NotAuthenticated
    if caller and access is Access.ADMIN and caller.role != "admin":
        raise Forbidden
    return caller


async def _find(token: str, settings: Settings, database: Database) -> Caller:
    """Looks the caller up on its own: a request never holds two connections."""
    claims = decode_access_token(token, settings.signing_key)
    async with database.reading() as reader:
        return await find_caller(reader, claims)
