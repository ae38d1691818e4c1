"""Pairs of tokens: given out, exchanged, ended."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NoReturn
from uuid import UUID, uuid4

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.accounts.models import RefreshToken, User
from app.accounts.schemas import TokenPair
from app.accounts.users import lock_user
from app.database import AnyRow, utc_now
from app.errors import InvalidToken, ReusedToken
from app.security import encode_access_token, new_token, token_hash


def begin_family(session: Session, config: Mapping[str, Any], user: User) -> TokenPair:
    """Under the user's lock; the user's expired tokens are cleared away."""
    expired = RefreshToken.expires_at <= utc_now()
    session.execute(
        delete(RefreshToken).where(RefreshToken.user_id == user.id, expired)
    )
    expires_at = utc_now() + timedelta(seconds=config["REFRESH_TOKEN_TTL"])
    return _issue(session, config, user, uuid4(), expires_at)


def _issue(
    session: Session,
    config: Mapping[str, Any],
    user: User,
    family_id: UUID,
    expires_at: datetime,
) -> TokenPair:
    refresh_token = new_token()
    session.add(
        RefreshToken(
            user_id=user.id,
            family_id=family_id,
            token_version=user.token_version,
            token_hash=token_hash(refresh_token),
            expires_at=expires_at,
            created_at=utc_now(),
        )
    )
    session.flush()
    access_token = encode_access_token(
        user.id,
        family_id,
        user.token_version,
        key=config["SIGNING_KEY"],
        ttl=config["ACCESS_TOKEN_TTL"],
    )
    return TokenPair(
        access_token=access_token,
        token_type="Bearer",  # noqa: S106 - the name of a scheme
        expires_in=config["ACCESS_TOKEN_TTL"],
        refresh_token=refresh_token,
    )


def refresh_tokens(
    session: Session, config: Mapping[str, Any], refresh_token: str
) -> TokenPair:
    """Raises ReusedToken, and ends the family, when the token was used before."""
    user = _lock_owner(session, refresh_token)
    if user is None:
        raise InvalidToken
    used = _use_up(session, refresh_token)
    if used is None:
        _refuse(session, refresh_token)
    if not user.is_active or used.token_version != user.token_version:
        raise InvalidToken
    return _issue(session, config, user, used.family_id, used.expires_at)


def logout(session: Session, refresh_token: str) -> None:
    """Does nothing for a token that was never given out."""
    _lock_owner(session, refresh_token)
    _end_family(session, refresh_token)


def _lock_owner(session: Session, refresh_token: str) -> User | None:
    """Makes parallel uses of one family's tokens wait for each other."""
    this = RefreshToken.token_hash == token_hash(refresh_token)
    user_id = session.scalar(select(RefreshToken.user_id).where(this))
    return lock_user(session, user_id) if user_id else None


def _use_up(session: Session, refresh_token: str) -> AnyRow | None:
    now = utc_now()
    statement = (
        update(RefreshToken)
        .where(
            RefreshToken.token_hash == token_hash(refresh_token),
            RefreshToken.used_at.is_(None),
            RefreshToken.revoked_at.is_(None),
            RefreshToken.expires_at > now,
        )
        .values(used_at=now)
        .returning(
            RefreshToken.family_id, RefreshToken.expires_at, RefreshToken.token_version
        )
    )
    return session.execute(statement).one_or_none()


def _refuse(session: Session, refresh_token: str) -> NoReturn:
    this = RefreshToken.token_hash == token_hash(refresh_token)
    if session.scalar(select(RefreshToken.used_at).where(this)) is None:
        raise InvalidToken
    # Somebody else has it too, and nobody can tell who is who.
    _end_family(session, refresh_token)
    raise ReusedToken


def _end_family(session: Session, refresh_token: str) -> None:
    this = RefreshToken.token_hash == token_hash(refresh_token)
    family_id = select(RefreshToken.family_id).where(this).scalar_subquery()
    statement = update(RefreshToken).where(
        RefreshToken.family_id == family_id, RefreshToken.revoked_at.is_(None)
    )
    session.execute(statement.values(revoked_at=utc_now()))
