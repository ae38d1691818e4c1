"""Who is calling: the bearer token of a request, and the user behind it."""

import re
from operator import attrgetter
from typing import Any, NoReturn, cast

from apiflask import HTTPTokenAuth
from flask import current_app, request
from werkzeug.datastructures import Authorization

from app.accounts.users import Caller, find_caller
from app.errors import Forbidden, InvalidToken, NotAuthenticated
from app.extensions import db
from app.security import decode_access_token

CREDENTIALS = re.compile(r"bearer ([^\s,]+)", re.IGNORECASE)


class AccessTokenAuth(HTTPTokenAuth):
    # Idiom: `@auth_required(auth)` asks here for the token, keeps the caller in `g` and
    # documents the scheme. By itself it reads more than RFC 6750 allows, and takes what
    # it cannot read for no header at all.
    def get_auth(self) -> Authorization | None:
        """None without a header; raises InvalidToken for anything but one token."""
        header = request.headers.get("Authorization")
        if not header:
            return None
        credentials = CREDENTIALS.fullmatch(header)
        if credentials is None:
            raise InvalidToken
        return Authorization("bearer", token=credentials[1])


def _find_caller(token: str) -> Caller:
    """Gives its connection back at once: a request never holds two."""
    claims = decode_access_token(token, current_app.config["SIGNING_KEY"])
    with db.reading() as reader:
        return find_caller(reader, claims)


def _refuse(status: int) -> NoReturn:
    raise NotAuthenticated if status == 401 else Forbidden


auth = AccessTokenAuth(security_scheme_name="bearerAuth")
auth.verify_token(_find_caller)
auth.get_user_roles(attrgetter("role"))
auth.error_handler(_refuse)

# For `@auth_required(auth, optional=OPTIONAL)`, which is annotated to take a text.
OPTIONAL: Any = True


def optional_caller() -> Caller | None:
    return cast("Caller | None", auth.current_user)


def current_caller() -> Caller:
    """Of a view with `@auth_required(auth)`, which lets nobody else in."""
    return cast("Caller", auth.current_user)
