"""Proof that a form was made here, for this browser."""

from hmac import compare_digest

from app.errors import ForgedRequest
from app.request import Request
from app.security import new_token

FIELD = "csrf_token"
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


def csrf_token(request: Request) -> str:
    """Made when a form is shown first: who only reads is given no cookie."""
    token: str = request.ctx.cookie.get("csrf") or new_token()
    request.ctx.cookie["csrf"] = token
    return token


def check_csrf(request: Request) -> None:
    """Raises ForgedRequest unless the form holds the token of this session."""
    if request.method in SAFE_METHODS:
        return
    expected, given = request.ctx.cookie.get("csrf", ""), request.typed.get(FIELD, "")
    if not expected or not compare_digest(expected.encode(), given.encode()):
        raise ForgedRequest
