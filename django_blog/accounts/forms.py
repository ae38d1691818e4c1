"""What the pages of accounts ask for, and the admin's form for a new password."""

from typing import Any

from django import forms
from django.contrib.auth import forms as auth
from django.core.exceptions import ValidationError

from accounts import passwords
from accounts.models import User
from accounts.serializers import (
    CurrentPasswordField,
    EmailField,
    PasswordField,
    UsernameField,
)
from common.errors import AppError
from common.fields import StrictCharField
from common.forms import (
    ApiTextField,
    EmailInput,
    PageForm,
    PasswordInput,
    Textarea,
    TextInput,
    refusal_of,
)


def email_field() -> ApiTextField:
    return ApiTextField(
        EmailField(),
        label="E-mail address",
        widget=EmailInput("email"),
        error_messages={"format": "Write it like name@example.org."},
    )


def current_password_field(hint: str = "", **options: Any) -> ApiTextField:
    return ApiTextField(
        CurrentPasswordField(**options),
        label="Current password",
        help_text=hint,
        widget=PasswordInput("current-password"),
    )


def new_password_field(label: str) -> ApiTextField:
    return ApiTextField(
        PasswordField(),
        label=label,
        help_text="At least 12 characters.",
        widget=PasswordInput("new-password"),
    )


class EntryForm(PageForm):
    """Remembers where its user came from."""

    next = forms.Field(required=False, widget=forms.HiddenInput)


class RegistrationForm(EntryForm):
    name = "register"

    username = ApiTextField(
        UsernameField(),
        label="User name",
        help_text="3 to 30 letters, digits or underscores. Everybody will see it.",
        widget=TextInput("username"),
        error_messages={
            "format": "Use the letters A to Z, digits and underscores only."
        },
    )
    email = email_field()
    password = new_password_field("Password")


class LoginForm(EntryForm):
    name = "login"

    username = ApiTextField(
        StrictCharField(max_length=254),
        label="User name or e-mail address",
        widget=TextInput("username"),
    )
    password = ApiTextField(
        CurrentPasswordField(),
        label="Password",
        widget=PasswordInput("current-password"),
    )


class PasswordResetForm(PageForm):
    name = "reset"

    email = email_field()


class NewPasswordForm(PageForm):
    name = "reset"

    new_password = new_password_field("New password")


class AccountForm(PageForm):
    name = "account"

    email = email_field()
    bio = ApiTextField(
        StrictCharField(max_length=500, allow_blank=True, lines=True),
        label="About you",
        help_text="Shown on your page. At most 500 characters.",
        widget=Textarea(),
    )
    current_password = current_password_field(
        "Needed for a new e-mail address only.", allow_blank=True
    )


class PasswordChangeForm(PageForm):
    name = "password"

    current_password = current_password_field()
    new_password = new_password_field("New password")


class DeletionForm(PageForm):
    name = "delete"

    current_password = current_password_field()


class PasswordForm(auth.PasswordChangeForm):
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
