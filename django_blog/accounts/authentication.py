"""Who is calling: the bearer token of a request, and the user behind it."""

import re

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from accounts.models import User
from common.errors import InvalidToken
from common.security import AccessToken, decode_access_token

CREDENTIALS = re.compile(r"bearer ([^\s,]+)", re.IGNORECASE)


class BearerAuthentication(BaseAuthentication):
    def authenticate(self, request: Request) -> tuple[User, AccessToken] | None:
        """Nobody without a header; raises InvalidToken unless it is one good token."""
        header = request.headers.get("Authorization")
        if not header:
            return None
        credentials = CREDENTIALS.fullmatch(header)
        if credentials is None:
            raise InvalidToken
        token = decode_access_token(credentials[1], settings.SIGNING_KEY)
        return User.objects.calling_with(token), token


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # registers itself
    target_class = BearerAuthentication
    name = "bearerAuth"

    def get_security_definition(self, _auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
