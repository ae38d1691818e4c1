"""Who is calling: the bearer token of a request, and the user behind it."""

import re
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPBearer

from app.accounts.users import Caller, find_caller
from app.dependencies import DatabaseDep, SettingsDep
from app.errors import Forbidden, InvalidToken, NotAuthenticated
from app.security import decode_access_token

CREDENTIALS = re.compile(r"bearer ([^\s,]+)", re.IGNORECASE)


class AccessTokenBearer(HTTPBearer):
    # Idiom: HTTPBearer documents the scheme. It reads more than RFC 6750 allows,
    # and what it cannot read would pass for no header at all.
    async def __call__(  # type: ignore[override]  # no scheme beside the token
        self, request: Request
    ) -> str | None:
        """The token, None without a header; raises InvalidToken for anything else."""
        headers = request.headers.getlist("authorization")
        if not any(headers):
            return None
        credentials = CREDENTIALS.fullmatch(headers[0]) if len(headers) == 1 else None
        if credentials is None:
            raise InvalidToken
        return credentials[1]


bearer = AccessTokenBearer(
    scheme_name="bearerAuth", bearerFormat="JWT", auto_error=False
)
BearerToken = Annotated[str | None, Depends(bearer)]


async def _optional_caller(
    token: BearerToken, settings: SettingsDep, database: DatabaseDep
) -> Caller | None:
    """Looks the caller up on its own: a request never holds two connections."""
    if token is None:
        return None
    claims = decode_access_token(token, settings.signing_key)
    async with database.reading() as reader:
        return await find_caller(reader, claims)


OptionalCaller = Annotated[Caller | None, Depends(_optional_caller)]


async def _caller(caller: OptionalCaller) -> Caller:
    if caller is None:
        raise NotAuthenticated
    return caller


CurrentCaller = Annotated[Caller, Depends(_caller)]


async def _require_admin(caller: CurrentCaller) -> None:
    if caller.role != "admin":
        raise Forbidden


ADMINS_ONLY = Depends(_require_admin)  # for the `dependencies` of a router
