"""Signing in to the admin; the pages beside it tell more of what is refused."""

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from accounts.models import User
from accounts.passwords import Attempts
from common.addresses import address_of
from common.errors import AppError


class NameOrEmailBackend(BaseBackend):
    """The API's login: without case, counted, and as slow for the unknown."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **_: Any,
    ) -> User | None:
        if request is None or not username or not password:
            return None
        try:
            return Attempts(address_of(request)).sign_in(username, password)
        except AppError as error:
            raise PermissionDenied from error

    def get_user(self, user_id: int) -> User | None:
        return User.objects.active().filter(pk=user_id).first()
