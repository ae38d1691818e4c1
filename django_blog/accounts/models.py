"""Who may sign in, with what, and who follows whom."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.validators import MinLengthValidator
from django.db import models
from django.db.models import CASCADE, CheckConstraint, F, Index, Q, UniqueConstraint
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.hashers import PHCField
from accounts.managers import TokenQuerySet, UserManager
from common.database import LockingQuerySet
from common.validation import EMAIL, USERNAME, form_validator


class Role(models.TextChoices):
    MEMBER = "member"
    EDITOR = "editor"
    ADMIN = "admin"


class User(AbstractBaseUser):
    username = models.CharField(
        max_length=30, validators=[MinLengthValidator(3), form_validator(USERNAME)]
    )
    # Idiom: Django's EmailField takes other addresses than browsers and the API do.
    email = models.CharField(max_length=254, validators=[form_validator(EMAIL)])
    password = PHCField(max_length=255)
    bio = models.CharField(max_length=500, blank=True, default="")
    role = models.CharField(max_length=10, choices=Role, default=Role.MEMBER)
    is_active = models.BooleanField(default=True)
    token_version = models.IntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)
    last_login = None
    following = models.ManyToManyField(
        "self", through="Follow", symmetrical=False, related_name="followers"
    )

    objects = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar = ["email"]

    class Meta:
        db_table = "users"
        constraints: ClassVar = [
            UniqueConstraint(Lower("username"), name="users_username_lower_key"),
            UniqueConstraint(Lower("email"), name="users_email_lower_key"),
            CheckConstraint(condition=Q(role__in=Role.values), name="users_role_check"),
        ]
        indexes: ClassVar = [
            Index(fields=["id"], condition=Q(role="admin"), name="users_admin_idx")
        ]

    # Idiom: no groups, no rows of permissions: what a role may do is a rule.
    @property
    def is_staff(self) -> bool:
        return self.role in {Role.EDITOR, Role.ADMIN}

    @property
    def is_superuser(self) -> bool:
        return self.role == Role.ADMIN

    @property
    def is_active_admin(self) -> bool:
        return self.is_active and self.is_superuser

    def has_perm(self, perm: str, _obj: object = None) -> bool:
        return self.has_module_perms(perm.partition(".")[0])

    def has_module_perms(self, app_label: str) -> bool:
        """Editors look after the blog, admins after everything."""
        may = self.is_superuser or (self.is_staff and app_label == "blog")
        return self.is_active and may

    @property
    def may_edit_all(self) -> bool:
        return self.is_staff

    def set_password(self, raw_password: str | None) -> None:
        """Ends every token and session, since whoever had the old one may hold them."""
        super().set_password(raw_password)
        if self.pk:
            self.token_version += 1

    # Idiom: Django's sessions end with the password; these end whenever the tokens do.
    def get_session_auth_hash(self) -> str:
        version = str(self.token_version)
        return salted_hmac("accounts.User", version, algorithm="sha256").hexdigest()


class RefreshToken(models.Model):
    """A family begins at a login; each refresh adds a token to it and uses one up."""

    user = models.ForeignKey(
        User, CASCADE, related_name="refresh_tokens", db_index=False
    )
    family_id = models.UUIDField()
    token_version = models.IntegerField()
    token_hash = models.CharField(max_length=64)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = TokenQuerySet.as_manager()

    class Meta:
        db_table = "refresh_tokens"
        constraints: ClassVar = [
            UniqueConstraint(
                fields=["token_hash"], name="refresh_tokens_token_hash_key"
            )
        ]
        indexes: ClassVar = [
            Index(fields=["user"], name="refresh_tokens_user_id_idx"),
            Index(fields=["family_id"], name="refresh_tokens_family_id_idx"),
        ]

    def __str__(self) -> str:
        return f"token {self.pk} of family {self.family_id}"


class PasswordReset(models.Model):
    user = models.ForeignKey(
        User, CASCADE, related_name="password_resets", db_index=False
    )
    token_hash = models.CharField(max_length=64)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = TokenQuerySet.as_manager()

    class Meta:
        db_table = "password_resets"
        constraints: ClassVar = [
            UniqueConstraint(
                fields=["token_hash"], name="password_resets_token_hash_key"
            )
        ]
        indexes: ClassVar = [Index(fields=["user"], name="password_resets_user_id_idx")]

    def __str__(self) -> str:
        return f"password reset {self.pk}"


class WebSession(models.Model):
    """A sign-in to the pages of another server on this database; Django has its own."""

    user = models.ForeignKey(User, CASCADE, related_name="web_sessions", db_index=False)
    token_hash = models.CharField(max_length=64)
    token_version = models.IntegerField()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "web_sessions"
        constraints: ClassVar = [
            UniqueConstraint(fields=["token_hash"], name="web_sessions_token_hash_key")
        ]
        indexes: ClassVar = [Index(fields=["user"], name="web_sessions_user_id_idx")]

    def __str__(self) -> str:
        return f"web session {self.pk}"


class Follow(models.Model):
    follower = models.ForeignKey(User, CASCADE, related_name="follows", db_index=False)
    followed = models.ForeignKey(
        User, CASCADE, related_name="followed_by", db_index=False
    )
    created_at = models.DateTimeField(default=timezone.now)

    objects = LockingQuerySet.as_manager()

    class Meta:
        db_table = "follows"
        constraints: ClassVar = [
            UniqueConstraint(
                fields=["follower", "followed"],
                name="follows_follower_id_followed_id_key",
            ),
            CheckConstraint(
                condition=Q(follower__ne=F("followed")), name="follows_not_self_check"
            ),
        ]
        indexes: ClassVar = [Index(fields=["followed"], name="follows_followed_id_idx")]

    def __str__(self) -> str:
        return f"{self.follower_id} follows {self.followed_id}"
