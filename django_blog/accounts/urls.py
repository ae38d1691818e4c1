from django.urls import path

from accounts.api import (
    AccountViewSet,
    ProfileViewSet,
    SignInViewSet,
    UserViewSet,
)
from common import paths  # noqa: F401 - registers the converters

# Idiom: a router would call the operations list, create or retrieve; said by hand, each
# has the name that it has in the specification.
urlpatterns = [
    path("auth/register", SignInViewSet.as_view({"post": "register"})),
    path("auth/login", SignInViewSet.as_view({"post": "login"})),
    path("auth/refresh", SignInViewSet.as_view({"post": "refresh_tokens"})),
    path("auth/logout", SignInViewSet.as_view({"post": "logout"})),
    path("auth/password", AccountViewSet.as_view({"post": "change_password"})),
    path(
        "auth/password-reset", SignInViewSet.as_view({"post": "request_password_reset"})
    ),
    path(
        "auth/password-reset/confirm",
        SignInViewSet.as_view({"post": "confirm_password_reset"}),
    ),
    path(
        "me", AccountViewSet.as_view({"get": "get_account", "patch": "update_account"})
    ),
    path("me/delete", AccountViewSet.as_view({"post": "delete_account"})),
    path(
        "users/<username:username>",
        ProfileViewSet.as_view({"get": "get_profile"}),
        name="profile",
    ),
    path(
        "users/<username:username>/follow",
        ProfileViewSet.as_view({"put": "follow", "delete": "unfollow"}),
    ),
    path("admin/users", UserViewSet.as_view({"get": "list_users"})),
    path(
        "admin/users/<username:username>", UserViewSet.as_view({"patch": "update_user"})
    ),
]
