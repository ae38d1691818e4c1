"""What the pages of accounts ask for."""

from typing import ClassVar

from wtforms import EmailField, HiddenField, PasswordField, StringField, TextAreaField

from app.accounts.schemas import (
    AccountChanges,
    AccountDeletion,
    Credentials,
    PasswordChange,
    PasswordResetConfirmation,
    PasswordResetRequest,
    Registration,
)
from app.forms import PageForm

ODD_USERNAME = "Use the letters A to Z, digits and underscores only."
ODD_EMAIL = "Write it like name@example.org."


def email_field() -> EmailField:
    return EmailField("E-mail address", render_kw={"autocomplete": "email"})


def current_password_field(hint: str = "") -> PasswordField:
    return PasswordField(
        "Current password",
        description=hint,
        render_kw={"autocomplete": "current-password"},
    )


def new_password_field(label: str) -> PasswordField:
    return PasswordField(
        label,
        description="At least 12 characters.",
        render_kw={"autocomplete": "new-password"},
    )


class RegistrationForm(PageForm[Registration]):
    schema = Registration
    id_prefix = "register"
    when_odd: ClassVar = {"username": ODD_USERNAME, "email": ODD_EMAIL}

    username = StringField(
        "User name",
        description="3 to 30 letters, digits or underscores. Everybody will see it.",
        render_kw={"autocomplete": "username"},
    )
    email = email_field()
    password = new_password_field("Password")
    next = HiddenField()


class LoginForm(PageForm[Credentials]):
    schema = Credentials
    id_prefix = "login"

    username = StringField(
        "User name or e-mail address", render_kw={"autocomplete": "username"}
    )
    password = PasswordField("Password", render_kw={"autocomplete": "current-password"})
    next = HiddenField()


class PasswordResetForm(PageForm[PasswordResetRequest]):
    schema = PasswordResetRequest
    id_prefix = "reset"
    when_odd: ClassVar = {"email": ODD_EMAIL}

    email = email_field()


class NewPasswordForm(PageForm[PasswordResetConfirmation]):
    schema = PasswordResetConfirmation
    id_prefix = "reset"

    new_password = new_password_field("New password")

    def __init__(self, token: str) -> None:
        self.token = token
        super().__init__()

    def members(self) -> dict[str, object]:
        return {**super().members(), "token": self.token}


class AccountForm(PageForm[AccountChanges]):
    schema = AccountChanges
    id_prefix = "account"
    when_odd: ClassVar = {"email": ODD_EMAIL}

    email = email_field()
    bio = TextAreaField(
        "About you",
        description="Shown on your page. At most 500 characters.",
        render_kw={"rows": 4},
    )
    current_password = current_password_field("Needed for a new e-mail address only.")

    def members(self) -> dict[str, object]:
        """A password that is left empty is not given."""
        members = super().members()
        if not members["current_password"]:
            del members["current_password"]
        return members


class PasswordForm(PageForm[PasswordChange]):
    schema = PasswordChange
    id_prefix = "password"

    current_password = current_password_field()
    new_password = new_password_field("New password")


class DeletionForm(PageForm[AccountDeletion]):
    schema = AccountDeletion
    id_prefix = "delete"

    current_password = current_password_field()
