"""What accounts look like on the wire."""

from typing import Any

from rest_framework import serializers

from accounts.models import Role, User
from common.fields import (
    SearchField,
    StrictBooleanField,
    StrictCharField,
    StrictChoiceField,
    TimestampField,
)
from common.pagination import PageQuerySerializer
from common.validation import EMAIL, USERNAME, RequestSerializer


class UsernameField(StrictCharField):
    def __init__(self, **options: Any) -> None:
        super().__init__(min_length=3, max_length=30, pattern=USERNAME, **options)


class EmailField(StrictCharField):
    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=254, pattern=EMAIL, **options)


class PasswordField(StrictCharField):
    def __init__(self, **options: Any) -> None:
        super().__init__(
            min_length=12, max_length=128, trim_whitespace=False, **options
        )


class CurrentPasswordField(StrictCharField):
    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=128, trim_whitespace=False, **options)


class OpaqueTokenField(StrictCharField):
    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=500, trim_whitespace=False, **options)


class RegistrationSerializer(RequestSerializer):
    username = UsernameField()
    email = EmailField()
    password = PasswordField()


class CredentialsSerializer(RequestSerializer):
    # Whether a name could exist must not tell anything, so every text passes.
    username = StrictCharField(max_length=254)
    password = CurrentPasswordField()


class RefreshTokenSerializer(RequestSerializer):
    refresh_token = OpaqueTokenField()


class PasswordChangeSerializer(RequestSerializer):
    current_password = CurrentPasswordField()
    new_password = PasswordField()


class PasswordResetRequestSerializer(RequestSerializer):
    email = EmailField()


class PasswordResetConfirmationSerializer(RequestSerializer):
    token = OpaqueTokenField()
    new_password = PasswordField()


class AccountChangesSerializer(RequestSerializer):
    email = EmailField(required=False)
    bio = StrictCharField(max_length=500, allow_blank=True, lines=True, required=False)
    current_password = CurrentPasswordField(required=False)


class AccountDeletionSerializer(RequestSerializer):
    current_password = CurrentPasswordField()


class UserChangesSerializer(RequestSerializer):
    role = StrictChoiceField(Role.choices, required=False)
    is_active = StrictBooleanField(required=False)


class UserQuerySerializer(PageQuerySerializer):
    q = SearchField(required=False)
    role = StrictChoiceField(Role.choices, required=False)


class TokenPairSerializer(serializers.Serializer[Any]):
    access_token = serializers.CharField()
    token_type = serializers.CharField()
    expires_in = serializers.IntegerField()
    refresh_token = serializers.CharField()


class AccountSerializer(serializers.ModelSerializer[User]):
    created_at = TimestampField()

    class Meta:
        model = User
        fields = ("id", "username", "email", "bio", "role", "is_active", "created_at")
        read_only_fields = fields


class ProfileSerializer(serializers.ModelSerializer[User]):
    followers_count = serializers.IntegerField()
    following_count = serializers.IntegerField()
    is_following = serializers.BooleanField()
    created_at = TimestampField()

    class Meta:
        model = User
        fields = (
            "username",
            "bio",
            "created_at",
            "followers_count",
            "following_count",
            "is_following",
        )
        read_only_fields = fields


class AuthorSerializer(serializers.ModelSerializer[User]):
    class Meta:
        model = User
        fields = ("username", "bio")
        read_only_fields = fields
