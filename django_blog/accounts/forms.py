"""Changing one's password on a page."""

from typing import Any

from django.contrib.auth.forms import PasswordChangeForm
from django.core.exceptions import ValidationError

from accounts import passwords
from accounts.models import User
from common.errors import AppError
from common.forms import refusal_of


class PasswordForm(PasswordChangeForm):
    """The API's change_password: attempts count, and the change is told by mail."""

    required_css_class = "required"

    def __init__(self, user: User, *args: Any, address: str, **options: Any) -> None:
        super().__init__(user, *args, **options)
        self.attempts = passwords.Attempts(address)

    def clean_old_password(self) -> str:
        password = str(self.cleaned_data["old_password"])
        try:
            self.attempts.verify(self.user, password)
        except AppError as error:
            raise ValidationError(refusal_of(error)) from error
        return password

    def save(self, commit: bool = True) -> User:  # noqa: FBT001, FBT002 - as the base has it
        new_password = self.cleaned_data["new_password1"]
        self.user = passwords.replace_password(self.user, new_password)
        return self.user
