"""What the pages of accounts ask for."""

from app.accounts.schemas import (
    Account,
    AccountChanges,
    AccountDeletion,
    Credentials,
    PasswordChange,
    PasswordResetConfirmation,
    PasswordResetRequest,
    Registration,
)
from app.forms import Control, Form, Typed

EMAIL = Control(
    "email",
    "E-mail address",
    kind="email",
    autocomplete="email",
    when_odd="Write it like name@example.org.",
)
CURRENT_PASSWORD = Control(
    "current_password",
    "Current password",
    kind="password",
    autocomplete="current-password",
)
NEW_PASSWORD = Control(
    "new_password",
    "New password",
    kind="password",
    autocomplete="new-password",
    hint="At least 12 characters.",
)
NEXT = Control("next", kind="hidden")


class RegistrationForm(Form[Registration]):
    schema = Registration
    prefix = "register"
    controls = (
        Control(
            "username",
            "User name",
            autocomplete="username",
            hint="3 to 30 letters, digits or underscores. Everybody will see it.",
            when_odd="Use the letters A to Z, digits and underscores only.",
        ),
        EMAIL,
        Control(
            "password",
            "Password",
            kind="password",
            autocomplete="new-password",
            hint="At least 12 characters.",
        ),
        NEXT,
    )


class LoginForm(Form[Credentials]):
    schema = Credentials
    prefix = "login"
    controls = (
        Control("username", "User name or e-mail address", autocomplete="username"),
        Control(
            "password", "Password", kind="password", autocomplete="current-password"
        ),
        NEXT,
    )


class PasswordResetForm(Form[PasswordResetRequest]):
    schema = PasswordResetRequest
    prefix = "reset"
    controls = (EMAIL,)


class NewPasswordForm(Form[PasswordResetConfirmation]):
    schema = PasswordResetConfirmation
    prefix = "reset"
    controls = (NEW_PASSWORD,)

    def __init__(self, typed: Typed, token: str) -> None:
        super().__init__(typed)
        self.token = token

    def members(self) -> dict[str, object]:
        return {**super().members(), "token": self.token}


class AccountForm(Form[AccountChanges]):
    schema = AccountChanges
    prefix = "account"
    controls = (
        EMAIL,
        Control(
            "bio",
            "About you",
            kind="textarea",
            hint="Shown on your page. At most 500 characters.",
        ),
        Control(
            "current_password",
            "Current password",
            kind="password",
            autocomplete="current-password",
            hint="Needed for a new e-mail address only.",
        ),
    )

    @classmethod
    def of(cls, account: Account) -> "AccountForm":
        return cls({"email": account.email, "bio": account.bio})

    def members(self) -> dict[str, object]:
        """A password that is left empty is not given."""
        members = super().members()
        if not members["current_password"]:
            del members["current_password"]
        return members


class PasswordForm(Form[PasswordChange]):
    schema = PasswordChange
    prefix = "password"
    controls = (CURRENT_PASSWORD, NEW_PASSWORD)


class DeletionForm(Form[AccountDeletion]):
    schema = AccountDeletion
    prefix = "delete"
    controls = (CURRENT_PASSWORD,)
