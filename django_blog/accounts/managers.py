"""The questions that are asked about users and their tokens, by name."""

from typing import TYPE_CHECKING, Any, Self

from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, Q, QuerySet, Value
from django.utils import timezone

from common.database import CountOf, LockingQuerySet, rows_of
from common.errors import InvalidToken
from common.security import AccessToken, token_hash
from common.validation import fold

if TYPE_CHECKING:
    from accounts.models import User

ACTIVE_ADMIN = Q(role="admin", is_active=True)


class UserQuerySet(LockingQuerySet["User"]):
    def active(self) -> Self:
        return self.filter(is_active=True)

    def named(self, username: str) -> Self:
        return self.filter(username__lower=fold(username))

    def mailed_at(self, email: str) -> Self:
        return self.filter(email__lower=fold(email))

    def signing_in_as(self, name: str) -> Self:
        """A user name has no "@", an e-mail address has one."""
        return self.mailed_at(name) if "@" in name else self.named(name)

    def matching(self, *, q: str = "", role: str = "") -> Self:
        users = self.filter(role=role) if role else self.all()
        for word in map(fold, q.split()):
            in_name = Q(username__ascii_lower__contains=word)
            users = users.filter(in_name | Q(email__ascii_lower__contains=word))
        return users

    def with_counts(self, user: "User | AnonymousUser") -> Self:
        """Adds what a Profile tells beyond the user's own columns."""
        followers = rows_of(self.model, "followed_by")
        is_following = Exists(followers.filter(follower=user.pk))
        return self.annotate(
            followers_count=CountOf(followers),
            following_count=CountOf(rows_of(self.model, "follows")),
            is_following=is_following if user.pk else Value(value=False),
        )

    def calling_with(self, token: AccessToken) -> "User":
        """Raises InvalidToken unless user and family are what they were at sign-in."""
        caller = (
            self.active()
            .filter(
                pk=token.user_id,
                refresh_tokens__family_id=token.family_id,
                refresh_tokens__revoked_at=None,
                refresh_tokens__expires_at__gt=timezone.now(),
            )
            .first()
        )
        if caller is None or caller.token_version != token.token_version:
            raise InvalidToken
        return caller

    def create_superuser(self, username: str, email: str, password: str) -> "User":
        """For `manage.py createsuperuser`."""
        user = self.model(username=username, email=email, role="admin")
        user.set_password(password)
        user.save()
        return user

    def lock(self, user: "User") -> "User":
        """The user as they are now; raises InvalidToken when their tokens have ended.

        Whoever changes a user's password, tokens or address holds this lock.
        """
        locked = self.active().held().filter(pk=user.pk).first()
        if locked is None or locked.token_version != user.token_version:
            raise InvalidToken
        return locked


UserManager = BaseUserManager.from_queryset(UserQuerySet)


class TokenQuerySet(QuerySet[Any, Any]):
    """What is stored under the hash of a token that somebody else holds."""

    def of(self, token: str) -> Self:
        return self.filter(token_hash=token_hash(token))

    def usable(self) -> Self:
        return self.filter(used_at=None, expires_at__gt=timezone.now())

    def expired(self) -> Self:
        return self.filter(expires_at__lte=timezone.now())
