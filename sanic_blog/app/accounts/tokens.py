"""Pairs of tokens: given out, exchanged, ended."""

from datetime import datetime, timedelta
from typing import NoReturn
from uuid import UUID, uuid4

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import RefreshToken, User
from app.accounts.schemas import TokenPair
from app.accounts.users import lock_user
from app.config import Settings
from app.database import AnyRow, utc_now
from app.errors import InvalidToken, ReusedToken
from app.security import encode_access_token, new_token, token_hash


async def begin_family(
    session: AsyncSession, settings: Settings, user: User
) -> TokenPair:
    """Under the user's lock; the user's expired tokens are cleared away."""
    expired = RefreshToken.expires_at <= utc_now()
    await session.execute(
        delete(RefreshToken).where(RefreshToken.user_id == user.id, expired)
    )
    expires_at = utc_now() + timedelta(seconds=settings.refresh_token_ttl)
    return await _issue(session, settings, user, uuid4(), expires_at)


async def _issue(
    session: AsyncSession,
    settings: Settings,
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
    await session.flush()
    access_token = encode_access_token(
        user.id,
        family_id,
        user.token_version,
        key=settings.signing_key,
        ttl=settings.access_token_ttl,
    )
    return TokenPair(
        access_token=access_token,
        token_type="Bearer",  # noqa: S106 - the name of a scheme
        expires_in=settings.access_token_ttl,
        refresh_token=refresh_token,
    )


async def refresh_tokens(
    session: AsyncSession, settings: Settings, refresh_token: str
) -> TokenPair:
    """Raises ReusedToken, and ends the family, when the token was used before."""
    user = await _lock_owner(session, refresh_token)
    if user is None:
        raise InvalidToken
    used = await _use_up(session, refresh_token)
    if used is None:
        await _refuse(session, refresh_token)
    if not user.is_active or used.token_version != user.token_version:
        raise InvalidToken
    return await _issue(session, settings, user, used.family_id, used.expires_at)


async def logout(session: AsyncSession, refresh_token: str) -> None:
    """Does nothing for a token that was never given out."""
    await _lock_owner(session, refresh_token)
    await _end_family(session, refresh_token)


async def _lock_owner(session: AsyncSession, refresh_token: str) -> User | None:
    """Makes parallel uses of one family's tokens wait for each other."""
    this = RefreshToken.token_hash == token_hash(refresh_token)
    user_id = await session.scalar(select(RefreshToken.user_id).where(this))
    return await lock_user(session, user_id) if user_id else None


async def _use_up(session: AsyncSession, refresh_token: str) -> AnyRow | None:
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
    return (await session.execute(statement)).one_or_none()


async def _refuse(session: AsyncSession, refresh_token: str) -> NoReturn:
    this = RefreshToken.token_hash == token_hash(refresh_token)
    if await session.scalar(select(RefreshToken.used_at).where(this)) is None:
        raise InvalidToken
    # Somebody else has it too, and nobody can tell who is who.
    await _end_family(session, refresh_token)
    raise ReusedToken


async def _end_family(session: AsyncSession, refresh_token: str) -> None:
    this = RefreshToken.token_hash == token_hash(refresh_token)
    family_id = select(RefreshToken.family_id).where(this).scalar_subquery()
    statement = update(RefreshToken).where(
        RefreshToken.family_id == family_id, RefreshToken.revoked_at.is_(None)
    )
    await session.execute(statement.values(revoked_at=utc_now()))
