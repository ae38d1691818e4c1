"""Who is calling: the bearer token of a request, and the user behind it."""

import re
from collections.abc import Awaitable, Callable
from functools import wraps

from app.accounts.users import Caller, find_caller
from app.decorators import Arguments, Handler, Result, View, note
from app.errors import Forbidden, InvalidToken, NotAuthenticated
from app.request import Request
from app.security import decode_access_token

CREDENTIALS = re.compile(r"bearer ([^\s,]+)", re.IGNORECASE)


def _read_token(request: Request) -> str | None:
    """The token, None without a header; raises InvalidToken for anything else."""
    # Idiom: `request.token` looks for "Bearer" or "Token" anywhere in the first header,
    # and takes what it cannot read for the token.
    headers = request.headers.getall("authorization", [])
    if not any(headers):
        return None
    header = headers[0].rstrip(" \t") if len(headers) == 1 else ""
    credentials = CREDENTIALS.fullmatch(header)
    if credentials is None:
        raise InvalidToken
    return credentials[1]


async def _find_viewer(request: Request) -> Caller | None:
    """Looks the caller up on its own: a request never holds two connections."""
    token = _read_token(request)
    if token is None:
        return None
    context = request.app.ctx
    claims = decode_access_token(token, context.settings.signing_key)
    async with context.database.reading() as reader:
        return await find_caller(reader, claims)


async def _find_user(request: Request) -> Caller | None:
    viewer = await _find_viewer(request)
    if viewer is None:
        raise NotAuthenticated
    return viewer


async def _find_admin(request: Request) -> Caller | None:
    viewer = await _find_user(request)
    if viewer is None or viewer.role != "admin":
        raise Forbidden
    return viewer


def finding(
    find: Callable[[Request], Awaitable[Caller | None]],
    handler: Handler[View, Arguments, Result],
) -> Handler[View, Arguments, Result]:
    @wraps(handler)
    async def handle(
        view: View,
        request: Request,
        /,
        *arguments: Arguments.args,
        **named: Arguments.kwargs,
    ) -> Result:
        request.ctx.viewer = await find(request)
        return await handler(view, request, *arguments, **named)

    return handle


def personalised(
    handler: Handler[View, Arguments, Result],
) -> Handler[View, Arguments, Result]:
    """For everybody; `request.ctx.viewer` is the user behind a token, if any."""
    return note(finding(_find_viewer, handler), viewer="optional")


def protected(
    handler: Handler[View, Arguments, Result],
) -> Handler[View, Arguments, Result]:
    """For users; `request.ctx.caller` is the one."""
    return note(finding(_find_user, handler), viewer="required")


def admins_only(
    handler: Handler[View, Arguments, Result],
) -> Handler[View, Arguments, Result]:
    return note(finding(_find_admin, handler), viewer="required")
