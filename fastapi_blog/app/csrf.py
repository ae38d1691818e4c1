"""Proof that a form was made here, for this browser."""

from hmac import compare_digest

from fastapi import Depends, Request

from app.errors import ForgedRequest
from app.forms import Typed
from app.security import new_token

FIELD = "csrf_token"
SAFE_METHODS = {"GET", "HEAD"}


def csrf_token(request: Request) -> str:
    """Made when a form is shown first: who only reads is given no cookie."""
    token: str = request.session.get("csrf") or new_token()
    if "csrf" not in request.session:
        request.session["csrf"] = token
    return token


async def _check_csrf(request: Request, typed: Typed) -> None:
    """Raises ForgedRequest unless the form holds the token of this session."""
    if request.method in SAFE_METHODS:
        return
    expected, given = request.session.get("csrf", ""), typed.get(FIELD, "")
    if not expected or not compare_digest(expected.encode(), given.encode()):
        raise ForgedRequest


CSRF_CHECKED = Depends(_check_csrf)  # for the `dependencies` of a router
