"""The browser's side of a session: one signed cookie, and who it stands for."""

from typing import Annotated

from fastapi import Depends, Request
from starlette.middleware.sessions import SessionMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from app.accounts.sessions import SESSION_LIFETIME, find_session_caller
from app.accounts.users import Caller
from app.config import Settings
from app.errors import NotAuthenticated
from app.paths import is_page

# Browsers give a cookie to every port of a host: blogs that run side by side on one
# machine need names of their own.
COOKIE_NAME = "fastapi_session"


class PageSessions(SessionMiddleware):
    # Idiom: Starlette's session is a dictionary in a signed cookie, which nobody can
    # end. Here it holds a token that the database knows, and what is not worth a row:
    # the CSRF token and the messages for the next page.
    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        https = settings.served_over_https
        super().__init__(
            app,
            settings.cookie_key,
            session_cookie=f"__Host-{COOKIE_NAME}" if https else COOKIE_NAME,
            max_age=int(SESSION_LIFETIME.total_seconds()),
            https_only=https,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and is_page(scope["path"]):
            await super().__call__(scope, receive, send)
        else:
            await self.app(scope, receive, send)


def sign_in(request: Request, token: str) -> None:
    """Everything else goes, so that nothing known before is of use afterwards."""
    request.session.clear()
    request.session["token"] = token


def sign_out(request: Request) -> None:
    request.session.clear()


def session_token(request: Request) -> str:
    token: str = request.session.get("token", "")
    return token


async def find_visitor(request: Request) -> Caller | None:
    """Looks the caller up on its own: a request never holds two connections."""
    token = session_token(request)
    if not token:
        return None
    async with request.app.state.database.reading() as reader:
        return await find_session_caller(reader, token)


Visitor = Annotated[Caller | None, Depends(find_visitor)]


async def _signed_in(visitor: Visitor) -> Caller:
    if visitor is None:
        raise NotAuthenticated
    return visitor


SignedIn = Annotated[Caller, Depends(_signed_in)]
