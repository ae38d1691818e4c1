"""Finding users, and holding them while something that refers to them is written."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    and_,
    bindparam,
    exists,
    func,
    literal_column,
    select,
)
from sqlalchemy.orm import Session

from app.accounts.models import RefreshToken, Role, User
from app.database import Reader, name_key, utc_now
from app.errors import InvalidToken, NotFound
from app.security import AccessToken

# Written out, so that the partial index of admins is known to serve.
ACTIVE_ADMIN = and_(User.role == literal_column("'admin'"), User.is_active)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who makes a request, as the database knew them when it began."""

    id: int
    username: str
    email: str
    role: Role
    token_version: int
    family_id: UUID | None = None  # of the access token; a browser has none

    @property
    def may_edit_all(self) -> bool:
        return self.role in {"editor", "admin"}


_FIND_CALLER = select(
    User.id, User.username, User.email, User.role, User.token_version
).where(
    User.id == bindparam("user_id"),
    User.is_active,
    exists().where(
        RefreshToken.family_id == bindparam("family_id"),
        RefreshToken.user_id == User.id,
        RefreshToken.revoked_at.is_(None),
        RefreshToken.expires_at > bindparam("now"),
    ),
)


def find_caller(reader: Reader, token: AccessToken) -> Caller:
    """Raises InvalidToken unless user and family are still as at the sign-in."""
    parameters = {"user_id": token.sub, "family_id": token.sid, "now": utc_now()}
    user = reader.execute(_FIND_CALLER, parameters).one_or_none()
    if user is None or user.token_version != token.ver:
        raise InvalidToken
    return Caller(*user, family_id=token.sid)


def is_named(username: str) -> ColumnElement[bool]:
    return func.lower(User.username) == name_key(username)


def signs_in_as(name: str) -> ColumnElement[bool]:
    """A user name has no "@", an e-mail address has one."""
    column = User.email if "@" in name else User.username
    return func.lower(column) == name_key(name)


def find_user_id(reader: Reader, username: str) -> int:
    """Raises NotFound for unknown and inactive users alike."""
    statement = select(User.id).where(is_named(username), User.is_active)
    user_id = reader.scalar(statement)
    if user_id is None:
        raise NotFound
    return user_id


def hold_users(session: Session, user_ids: Collection[int]) -> set[int]:
    """Keeps users from being deleted until the transaction ends; tells who is there."""
    statement = (
        select(User.id)
        .where(User.id.in_(user_ids), User.is_active)
        .order_by(User.id)
        .with_for_update(read=True, key_share=True)
    )
    return set(session.scalars(statement))


def hold_caller(session: Session, caller: Caller) -> None:
    """Raises InvalidToken when the caller was deleted since the request began."""
    if not hold_users(session, [caller.id]):
        raise InvalidToken


def lock_user(session: Session, user_id: int) -> User | None:
    """Whoever changes a user's password, tokens or address holds this lock."""
    statement = select(User).where(User.id == user_id).with_for_update(key_share=True)
    return session.scalar(statement)


def lock_caller(session: Session, caller: Caller) -> User:
    """Raises InvalidToken when the caller's tokens ended since the request began."""
    user = lock_user(session, caller.id)
    if user is None or not user.is_active or user.token_version != caller.token_version:
        raise InvalidToken
    return user
