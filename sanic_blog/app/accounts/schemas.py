"""What accounts look like on the wire."""

from typing import Annotated, Literal

from pydantic import MISSING, AfterValidator

from app.accounts.models import Role
from app.pagination import Cursor, PageQuery, id_key
from app.validation import (
    EMAIL,
    USERNAME,
    RequestModel,
    ResponseModel,
    Search,
    Text,
    Timestamp,
)

Username = Annotated[str, Text(min_length=3, max_length=30, pattern=USERNAME)]
Email = Annotated[str, Text(max_length=254, pattern=EMAIL)]
Bio = Annotated[str, Text(max_length=500, may_be_empty=True, lines=True)]
Password = Annotated[str, Text(min_length=12, max_length=128, trimmed=False)]
CurrentPassword = Annotated[str, Text(max_length=128, trimmed=False)]
OpaqueToken = Annotated[str, Text(max_length=500, trimmed=False)]


class Registration(RequestModel):
    username: Username
    email: Email
    password: Password


class Credentials(RequestModel):
    # Whether a name could exist must not tell anything, so every text passes.
    username: Annotated[str, Text(max_length=254)]
    password: CurrentPassword


class RefreshTokenBody(RequestModel):
    refresh_token: OpaqueToken


class PasswordChange(RequestModel):
    current_password: CurrentPassword
    new_password: Password


class PasswordResetRequest(RequestModel):
    email: Email


class PasswordResetConfirmation(RequestModel):
    token: OpaqueToken
    new_password: Password


class AccountChanges(RequestModel):
    email: Email | MISSING = MISSING
    bio: Bio | MISSING = MISSING
    current_password: CurrentPassword | MISSING = MISSING


class AccountDeletion(RequestModel):
    current_password: CurrentPassword


class UserChanges(RequestModel):
    role: Role | MISSING = MISSING
    is_active: bool | MISSING = MISSING


USERS_CURSOR = Cursor("list_users", (id_key,))


class UserQuery(PageQuery):
    cursor: Annotated[str, AfterValidator(USERS_CURSOR.check)] | MISSING = MISSING
    q: Search | MISSING = MISSING
    role: Role | MISSING = MISSING


class TokenPair(ResponseModel):
    access_token: str
    token_type: Literal["Bearer"]
    expires_in: int
    refresh_token: str


class Account(ResponseModel):
    id: int
    username: str
    email: str
    bio: str
    role: Role
    is_active: bool
    created_at: Timestamp


class Profile(ResponseModel):
    username: str
    bio: str
    created_at: Timestamp
    followers_count: int
    following_count: int
    is_following: bool


class Author(ResponseModel):
    username: str
    bio: str
