"""Pairs of tokens: given out, exchanged, ended."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.models import RefreshToken, User
from common.errors import InvalidToken
from common.security import AccessToken, encode_access_token, new_token, token_hash


@dataclass(frozen=True, slots=True)
class TokenPair:
    access_token: str
    token_type: str
    expires_in: int
    refresh_token: str


def begin_family(user: User) -> TokenPair:
    """For who holds the user's lock; expired tokens are cleared away."""
    user.refresh_tokens.expired().delete()
    expires_at = timezone.now() + timedelta(seconds=settings.REFRESH_TOKEN_TTL)
    return _issue(user, uuid4(), expires_at)


def _issue(user: User, family_id: UUID, expires_at: datetime) -> TokenPair:
    refresh_token = new_token()
    user.refresh_tokens.create(
        family_id=family_id,
        token_version=user.token_version,
        token_hash=token_hash(refresh_token),
        expires_at=expires_at,
    )
    token = AccessToken(user.pk, family_id, user.token_version)
    ttl = settings.ACCESS_TOKEN_TTL
    access_token = encode_access_token(token, key=settings.SIGNING_KEY, ttl=ttl)
    return TokenPair(access_token, "Bearer", ttl, refresh_token)


def refresh_tokens(refresh_token: str) -> TokenPair:
    """Raises InvalidToken; the family of a token that was used before ends."""
    pair = _exchange(refresh_token)
    if pair is None:
        raise InvalidToken  # Only here: what was revoked has to last.
    return pair


@transaction.atomic
def _exchange(refresh_token: str) -> TokenPair | None:
    token = _lock(refresh_token)
    if token is None:
        return None
    if token.used_at:
        # Somebody else has it too, and nobody can tell who is who.
        _end_family(token)
        return None
    user = token.user
    if not user.is_active or token.token_version != user.token_version:
        return None
    unused = RefreshToken.objects.of(refresh_token).usable().filter(revoked_at=None)
    if not unused.update(used_at=timezone.now()):
        return None
    return _issue(user, token.family_id, token.expires_at)


@transaction.atomic
def logout(refresh_token: str) -> None:
    """Does nothing for a token that was never given out."""
    token = _lock(refresh_token)
    if token:
        _end_family(token)


def _lock(refresh_token: str) -> RefreshToken | None:
    """Makes parallel uses of a family's tokens wait for each other, at their owner."""
    tokens = RefreshToken.objects.of(refresh_token)
    owner = tokens.values("user")
    User.objects.held().filter(pk__in=owner).first()
    return tokens.select_related("user").first()


def _end_family(token: RefreshToken) -> None:
    family = RefreshToken.objects.filter(family_id=token.family_id, revoked_at=None)
    family.update(revoked_at=timezone.now())
