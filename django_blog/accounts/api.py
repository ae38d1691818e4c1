"""/api/v1: signing in, the caller's account, profiles, administration."""

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.generics import get_object_or_404
from rest_framework.permissions import AllowAny, IsAuthenticatedOrReadOnly
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import passwords, services, tokens
from accounts.models import User
from accounts.permissions import IsAdmin
from accounts.serializers import (
    AccountChangesSerializer,
    AccountDeletionSerializer,
    AccountSerializer,
    CredentialsSerializer,
    PasswordChangeSerializer,
    PasswordResetConfirmationSerializer,
    PasswordResetRequestSerializer,
    ProfileSerializer,
    RefreshTokenSerializer,
    RegistrationSerializer,
    TokenPairSerializer,
    UserChangesSerializer,
    UserQuerySerializer,
)
from common import rate_limits
from common.addresses import address_of
from common.openapi import (
    ACCEPTED,
    BODY_PROBLEMS,
    DONE,
    IF_NONE_MATCH,
    NOT_MODIFIED,
    problems,
)
from common.pagination import OldestFirst
from common.paths import public_url
from common.views import PRIVATE, ApiViewSet, created


@extend_schema(tags=["auth"])
class SignInViewSet(ApiViewSet):
    """For whoever has no token, or one that is not looked at."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(
        request=RegistrationSerializer,
        responses={201: AccountSerializer, **problems(*BODY_PROBLEMS, 409, 429)},
    )
    def register(self, request: Request) -> Response:
        registration = self.get_body(RegistrationSerializer)
        rate_limits.count_auth(address_of(request))
        user = services.register(**registration)
        return created(AccountSerializer(user), "profile", user.username)

    @extend_schema(
        request=CredentialsSerializer,
        responses={200: TokenPairSerializer, **problems(*BODY_PROBLEMS, 401, 429)},
    )
    def login(self, request: Request) -> Response:
        credentials = self.get_body(CredentialsSerializer)
        name, password = credentials["username"], credentials["password"]
        user = passwords.Attempts(address_of(request)).sign_in(name, password)
        return Response(TokenPairSerializer(passwords.login(user, password)).data)

    @extend_schema(
        request=RefreshTokenSerializer,
        responses={200: TokenPairSerializer, **problems(*BODY_PROBLEMS, 401)},
    )
    def refresh_tokens(self, request: Request) -> Response:
        body = self.get_body(RefreshTokenSerializer)
        return Response(TokenPairSerializer(tokens.refresh_tokens(**body)).data)

    @extend_schema(
        request=RefreshTokenSerializer, responses={**DONE, **problems(*BODY_PROBLEMS)}
    )
    def logout(self, request: Request) -> Response:
        tokens.logout(**self.get_body(RefreshTokenSerializer))
        return Response(status=204)

    @extend_schema(
        request=PasswordResetRequestSerializer,
        responses={**ACCEPTED, **problems(*BODY_PROBLEMS, 429)},
    )
    def request_password_reset(self, request: Request) -> Response:
        body = self.get_body(PasswordResetRequestSerializer)
        rate_limits.count_auth(address_of(request))
        passwords.request_password_reset(body["email"], public_url(request))
        return Response(status=202)

    @extend_schema(
        request=PasswordResetConfirmationSerializer,
        responses={**DONE, **problems(*BODY_PROBLEMS)},
    )
    def confirm_password_reset(self, request: Request) -> Response:
        body = self.get_body(PasswordResetConfirmationSerializer)
        passwords.confirm_password_reset(**body)
        return Response(status=204)


@extend_schema(tags=["accounts"])
class AccountViewSet(ApiViewSet):
    """The caller's own account."""

    @extend_schema(
        tags=["auth"],
        request=PasswordChangeSerializer,
        responses={200: TokenPairSerializer, **problems(*BODY_PROBLEMS, 401, 429)},
    )
    def change_password(self, request: Request) -> Response:
        body = self.get_body(PasswordChangeSerializer)
        self._verify(body["current_password"])
        pair = passwords.change_password(self.caller, body["new_password"])
        return Response(TokenPairSerializer(pair).data)

    @extend_schema(responses={200: AccountSerializer, **problems(401)})
    def get_account(self, request: Request) -> Response:
        return Response(AccountSerializer(self.caller).data)

    @extend_schema(
        request=AccountChangesSerializer,
        responses={200: AccountSerializer, **problems(*BODY_PROBLEMS, 401, 409, 429)},
    )
    def update_account(self, request: Request) -> Response:
        changes = self.get_body(AccountChangesSerializer)
        if "current_password" in changes:
            self._verify(changes["current_password"])
        user = services.update_account(self.caller, **changes)
        return Response(AccountSerializer(user).data)

    @extend_schema(
        request=AccountDeletionSerializer,
        responses={**DONE, **problems(*BODY_PROBLEMS, 401, 409, 429)},
    )
    def delete_account(self, request: Request) -> Response:
        self._verify(self.get_body(AccountDeletionSerializer)["current_password"])
        services.delete_account(self.caller)
        return Response(status=204)

    def _verify(self, current_password: str) -> None:
        attempts = passwords.Attempts(address_of(self.request))
        attempts.verify(self.caller, current_password)


@extend_schema(tags=["profiles"])
class ProfileViewSet(ApiViewSet):
    permission_classes = (IsAuthenticatedOrReadOnly,)
    conditional: ClassVar = {"get_profile": PRIVATE}

    @extend_schema(
        parameters=[IF_NONE_MATCH],
        responses={200: ProfileSerializer, **NOT_MODIFIED, **problems(401, 404)},
    )
    def get_profile(self, request: Request, username: str) -> Response:
        users = User.objects.active().with_counts(request.user)
        user = get_object_or_404(users.named(username))
        return Response(ProfileSerializer(user).data)

    @extend_schema(request=None, responses={**DONE, **problems(401, 404, 422)})
    def follow(self, request: Request, username: str) -> Response:
        services.follow(self.caller, username)
        return Response(status=204)

    @extend_schema(responses={**DONE, **problems(401, 404)})
    def unfollow(self, request: Request, username: str) -> Response:
        services.unfollow(self.caller, username)
        return Response(status=204)


@extend_schema(tags=["admin"])
class UserViewSet(ApiViewSet):
    """What admins do with accounts."""

    permission_classes = (IsAdmin,)
    pagination_class = OldestFirst

    @extend_schema(
        parameters=[UserQuerySerializer],
        responses={200: AccountSerializer(many=True), **problems(401, 403, 422)},
    )
    def list_users(self, request: Request) -> Response:
        query = self.get_query(UserQuerySerializer)
        users = User.objects.matching(q=query.get("q", ""), role=query.get("role", ""))
        rows = self.paginate_queryset(users.values(*AccountSerializer.Meta.fields))
        return self.get_paginated_response(AccountSerializer(rows, many=True).data)

    @extend_schema(
        request=UserChangesSerializer,
        responses={
            200: AccountSerializer,
            **problems(*BODY_PROBLEMS, 401, 403, 404, 409),
        },
    )
    def update_user(self, request: Request, username: str) -> Response:
        changes = self.get_body(UserChangesSerializer)
        user = services.update_user(self.caller, username, **changes)
        return Response(AccountSerializer(user).data)
