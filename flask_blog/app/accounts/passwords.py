"""Checking passwords, and changing or resetting them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, select, update
from sqlalchemy.orm import Session

from app.accounts.models import PasswordReset, User
from app.accounts.schemas import TokenPair
from app.accounts.tokens import begin_family
from app.accounts.users import Caller, lock_caller, lock_user, signs_in_as
from app.database import Database, Reader, utc_now
from app.errors import FieldError, Invalid, InvalidCredentials, InvalidToken
from app.rate_limits import Limiter
from app.security import (
    hash_password,
    needs_rehash,
    new_token,
    token_hash,
    verify_password,
)

RESET_LIFETIME = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class VerifiedUser:
    """Whose password was right, as long as the token version stays the same."""

    id: int
    token_version: int
    rehashed: str | None


@dataclass(frozen=True, slots=True)
class MailedReset:
    email: str
    token: str


class Attempts:
    """Counts, then checks passwords that come from one address.

    A hash takes long, so none is computed while a connection or a lock is held.
    """

    def __init__(self, database: Database, limiter: Limiter, address: str) -> None:
        self.database = database
        self.limiter = limiter
        self.address = address

    def sign_in(self, name: str, password: str) -> VerifiedUser:
        """Raises InvalidCredentials for who is unknown, wrong or inactive, alike."""
        counted_name = name.lower()
        self.limiter.count_login(self.address, counted_name)
        with self.database.reading() as reader:
            statement = select(
                User.id, User.password, User.is_active, User.token_version
            )
            found = reader.execute(statement.where(signs_in_as(name)))
            user = found.one_or_none()
        matches = verify_password(user.password if user else None, password)
        if user is None or not matches or not user.is_active:
            raise InvalidCredentials
        self.limiter.clear_login(self.address, counted_name)
        rehashed = hash_password(password) if needs_rehash(user.password) else None
        return VerifiedUser(user.id, user.token_version, rehashed)

    def verify(self, caller: Caller, current_password: str) -> None:
        """Raises Invalid for another password, InvalidToken when the user is gone."""
        self.limiter.count_login(self.address, caller.username.lower())
        with self.database.reading() as reader:
            statement = select(User.password).where(User.id == caller.id)
            stored = reader.scalar(statement)
        if stored is None:
            raise InvalidToken
        if not verify_password(stored, current_password):
            message = "This is not your current password."
            raise Invalid(FieldError("current_password", "incorrect", message))


def check_new_password(field: str, password: str, username: str, email: str) -> None:
    """Raises Invalid for a password that anybody would try first."""
    obvious = {username.lower(), email.lower(), email.lower().partition("@")[0]}
    if password.lower() in obvious:
        message = "Choose something that is not your name or address."
        raise Invalid(FieldError(field, "too_common", message))


def login(
    session: Session, config: Mapping[str, Any], verified: VerifiedUser
) -> TokenPair:
    user = lock_verified(session, verified)
    return begin_family(session, config, user)


def lock_verified(session: Session, verified: VerifiedUser) -> User:
    """Raises InvalidCredentials when the password was changed since it was checked."""
    user = lock_user(session, verified.id)
    if user is None or user.token_version != verified.token_version:
        raise InvalidCredentials
    if verified.rehashed:
        user.password = verified.rehashed
    return user


def change_password(
    session: Session,
    config: Mapping[str, Any],
    caller: Caller,
    new_password: str,
) -> TokenPair:
    user = replace_password(session, caller, new_password)
    return begin_family(session, config, user)


def replace_password(session: Session, caller: Caller, new_password: str) -> User:
    """Ends every token and session of the caller."""
    check_new_password("new_password", new_password, caller.username, caller.email)
    new_hash = hash_password(new_password)
    user = lock_caller(session, caller)
    _set_password(session, user, new_hash)
    return user


def _set_password(session: Session, user: User, new_hash: str) -> None:
    user.password = new_hash
    user.token_version += 1
    session.flush()
    session.execute(delete(PasswordReset).where(PasswordReset.user_id == user.id))


def find_reset_recipient(reader: Reader, email: str) -> int | None:
    return reader.scalar(select(User.id).where(signs_in_as(email), User.is_active))


def request_password_reset(session: Session, user_id: int) -> MailedReset | None:
    """What to mail, unless the user is gone meanwhile."""
    user = lock_user(session, user_id)
    if user is None or not user.is_active:
        return None
    token, now = new_token(), utc_now()
    outdated = PasswordReset.expires_at <= now
    session.execute(
        delete(PasswordReset).where(PasswordReset.user_id == user.id, outdated)
    )
    session.add(
        PasswordReset(
            user_id=user.id,
            token_hash=token_hash(token),
            expires_at=now + RESET_LIFETIME,
            created_at=now,
        )
    )
    session.flush()
    return MailedReset(user.email, token)


def _usable_reset(token: str) -> ColumnElement[bool]:
    return and_(
        PasswordReset.token_hash == token_hash(token),
        PasswordReset.used_at.is_(None),
        PasswordReset.expires_at > utc_now(),
    )


def _invalid_reset_token() -> Invalid:
    return Invalid(FieldError("token", "invalid", "This link is used up or too old."))


def check_password_reset(reader: Reader, token: str, new_password: str) -> None:
    """Looks at token and password before the slow hash; neither is used up by it."""
    statement = (
        select(User.username, User.email)
        .join(PasswordReset, PasswordReset.user_id == User.id)
        .where(_usable_reset(token), User.is_active)
    )
    user = reader.execute(statement).one_or_none()
    if user is None:
        raise _invalid_reset_token()
    check_new_password("new_password", new_password, user.username, user.email)


def confirm_password_reset(session: Session, token: str, new_password: str) -> User:
    """Ends every token and session of the account; of parallel uses one succeeds."""
    new_hash = hash_password(new_password)
    owner = select(PasswordReset.user_id).where(_usable_reset(token))
    user_id = session.scalar(owner)
    user = lock_user(session, user_id) if user_id else None
    use_up = update(PasswordReset).where(_usable_reset(token)).values(used_at=utc_now())
    used = session.scalar(use_up.returning(PasswordReset.id))
    if user is None or not user.is_active or used is None:
        raise _invalid_reset_token()
    _set_password(session, user, new_hash)
    return user
