"""The browser's side of a session: one signed cookie, and who it stands for."""

from functools import cache
from hashlib import sha256
from typing import Any

from itsdangerous import BadData, URLSafeTimedSerializer
from sanic.response import BaseHTTPResponse

from app.accounts.sessions import SESSION_LIFETIME, find_session_caller
from app.accounts.users import Caller
from app.auth import finding
from app.decorators import Arguments, Handler, Result, View
from app.errors import NotAuthenticated
from app.paths import is_page
from app.request import App, Request

# Browsers give a cookie to every port of a host: blogs that run side by side on one
# machine need names of their own.
COOKIE_NAME = "sanic_session"
LIFETIME_SECONDS = int(SESSION_LIFETIME.total_seconds())


def add_sessions(app: App) -> None:
    # Idiom: Sanic has cookies and no sessions. Here a signed cookie holds a token that
    # the database knows, and what is not worth a row: the CSRF token and the messages
    # for the next page. All of the application sees to it, as pages of errors have no
    # blueprint.
    app.register_middleware(open_session, "request")
    app.register_middleware(keep_session, "response")


async def open_session(request: Request) -> None:
    """What was put into the session since is forgotten."""
    if is_page(request.path):
        request.ctx.cookie = _read_cookie(request)


async def keep_session(request: Request, response: BaseHTTPResponse) -> None:
    """Sends a cookie when there is something new to keep: who reads gets none."""
    cookie = getattr(request.ctx, "cookie", None)
    if cookie is None or cookie == _read_cookie(request):
        return
    https = request.app.ctx.settings.served_over_https
    response.add_cookie(
        COOKIE_NAME,
        _serializer(request).dumps(cookie) if cookie else "",
        max_age=LIFETIME_SECONDS if cookie else 0,
        secure=https,
        host_prefix=https,
        httponly=True,
        samesite="Lax",
    )


def _read_cookie(request: Request) -> dict[str, Any]:
    """Empty for a cookie that is forged, cut, too old or of another key."""
    https = request.app.ctx.settings.served_over_https
    signed = request.cookies.get(f"__Host-{COOKIE_NAME}" if https else COOKIE_NAME)
    try:
        cookie: dict[str, Any] = _serializer(request).loads(
            signed or "", LIFETIME_SECONDS
        )
    except (BadData, UnicodeEncodeError):
        return {}
    return cookie


def _serializer(request: Request) -> URLSafeTimedSerializer:
    return _make_serializer(request.app.ctx.settings.cookie_key)


@cache
def _make_serializer(key: str) -> URLSafeTimedSerializer:
    signing = {"key_derivation": "hmac", "digest_method": sha256}
    return URLSafeTimedSerializer(key, signer_kwargs=signing)


def sign_in(request: Request, token: str) -> None:
    """Everything else goes, so that nothing known before is of use afterwards."""
    request.ctx.cookie = {"token": token}


def sign_out(request: Request) -> None:
    request.ctx.cookie = {}


def session_token(request: Request) -> str:
    token: str = request.ctx.cookie.get("token", "")
    return token


async def find_visitor(request: Request) -> Caller | None:
    """Looks the caller up on its own: a request never holds two connections."""
    token = session_token(request)
    if not token:
        return None
    async with request.app.ctx.database.reading() as reader:
        return await find_session_caller(reader, token)


async def _find_user(request: Request) -> Caller | None:
    visitor = await find_visitor(request)
    if visitor is None:
        raise NotAuthenticated
    return visitor


def for_everybody(
    handler: Handler[View, Arguments, Result],
) -> Handler[View, Arguments, Result]:
    """`request.ctx.viewer` is who is signed in in this browser, if anybody."""
    return finding(find_visitor, handler)


def for_users(
    handler: Handler[View, Arguments, Result],
) -> Handler[View, Arguments, Result]:
    """Who is not signed in is sent to do so; `request.ctx.caller` is who is."""
    return finding(_find_user, handler)
