"""The rules of new passwords, for Django's own forms and commands."""

from django.core.exceptions import ValidationError
from rest_framework import exceptions

from accounts.models import User
from accounts.passwords import check_new_password
from accounts.serializers import PasswordField
from common.errors import Invalid
from common.validation import field_errors


class NewPasswordValidator:
    def validate(self, password: str, user: User | None = None) -> None:
        try:
            PasswordField().run_validation(password)
            if user:
                check_new_password("password", password, user.username, user.email)
        except exceptions.ValidationError as error:
            raise ValidationError(field_errors(error.detail)[0].message) from error
        except Invalid as error:
            raise ValidationError(error.errors[0].message) from error

    def get_help_text(self) -> str:
        return "12 to 128 characters, and neither your name nor your address."
