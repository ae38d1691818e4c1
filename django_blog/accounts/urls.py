from django.urls import path

from accounts.account_views import AccountView, DeletionView, PasswordChangeView
from accounts.api import (
    AccountViewSet,
    ProfileViewSet,
    SignInViewSet,
    UserViewSet,
)
from accounts.views import (
    FollowView,
    LoginView,
    LogoutView,
    NewPasswordView,
    PasswordResetView,
    RegistrationView,
    UnfollowView,
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

pages = (
    [
        path("register", RegistrationView.as_view(), name="register"),
        path("login", LoginView.as_view(), name="login"),
        path("logout", LogoutView.as_view(), name="logout"),
        path("password-reset", PasswordResetView.as_view(), name="password_reset"),
        path(
            "password-reset/<reset_token:token>",
            NewPasswordView.as_view(),
            name="new_password",
        ),
        path("account", AccountView.as_view(), name="account"),
        path("account/password", PasswordChangeView.as_view(), name="password"),
        path("account/delete", DeletionView.as_view(), name="delete"),
        path("authors/<username:username>/follow", FollowView.as_view(), name="follow"),
        path(
            "authors/<username:username>/unfollow",
            UnfollowView.as_view(),
            name="unfollow",
        ),
    ],
    "accounts",
)
