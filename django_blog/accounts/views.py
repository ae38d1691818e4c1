"""Pages: registering, signing in and out, a new password by mail, following."""

from typing import Any

from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.generic import View

from accounts import passwords, services
from accounts.forms import (
    LoginForm,
    NewPasswordForm,
    PasswordResetForm,
    RegistrationForm,
)
from accounts.models import User
from common import rate_limits
from common.addresses import address_of
from common.errors import InvalidCredentials
from common.forms import PageForm
from common.pages import ServiceFormView, SignedIn, done, next_path
from common.paths import public_url

# The address of the page is a secret: no link may carry it on, no cache may keep it.
SECRET_PAGE = {"Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}
RESET_REQUESTED = (
    "If there is an account with this address, a mail is on its way: "
    "open its link within an hour."
)


# Idiom: Django's LoginView counts no attempts and takes other addresses for `next`.
# What makes a session a new one, and the CSRF token, is `login` all the same.
class EntryView(ServiceFormView):
    """Leads on who is signed in already."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated:
            return redirect(next_path(request.GET.get("next", "")))
        return super().get(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        return {"next": self.request.GET.get("next", "")}

    def enter(self, user: User, form: PageForm, message: str) -> HttpResponse:
        login(self.request, user)
        return done(self.request, message, next_path(form.cleaned_data["next"] or ""))


class RegistrationView(EntryView):
    template_name = "accounts/register.html"
    form_class = RegistrationForm

    def perform(self, form: PageForm) -> HttpResponse:
        values = {n: v for n, v in form.cleaned_data.items() if n != "next"}
        rate_limits.count_auth(address_of(self.request))
        user = services.register(**values)
        return self.enter(user, form, f"Welcome, {user.username}.")


class LoginView(EntryView):
    template_name = "accounts/login.html"
    form_class = LoginForm

    def perform(self, form: PageForm) -> HttpResponse:
        name, password = form.cleaned_data["username"], form.cleaned_data["password"]
        attempts = passwords.Attempts(address_of(self.request))
        try:
            user = attempts.sign_in(name, password)
            user = passwords.confirm_sign_in(user, password)
        except InvalidCredentials as error:
            form.refuse(error)
            return self.form_invalid(form)
        return self.enter(user, form, "You are signed in.")


class LogoutView(View):
    def post(self, request: HttpRequest) -> HttpResponse:
        logout(request)
        return done(request, "You are signed out.", reverse("blog:start"))


class PasswordResetView(ServiceFormView):
    template_name = "accounts/password_reset.html"
    form_class = PasswordResetForm

    def perform(self, form: PageForm) -> HttpResponse:
        rate_limits.count_auth(address_of(self.request))
        email, url = form.cleaned_data["email"], public_url(self.request)
        passwords.request_password_reset(email, url)
        return done(self.request, RESET_REQUESTED, reverse("accounts:login"))


class NewPasswordView(ServiceFormView):
    """Looks at no token before it is used: who opens links ahead uses up none."""

    template_name = "accounts/new_password.html"
    form_class = NewPasswordForm

    def perform(self, form: PageForm) -> HttpResponse:
        passwords.confirm_password_reset(self.kwargs["token"], **form.cleaned_data)
        message = "Your password is changed. Sign in with it."
        return done(self.request, message, reverse("accounts:login"))

    def render_to_response(self, context: Any, **options: Any) -> HttpResponse:
        return super().render_to_response(context, headers=SECRET_PAGE, **options)


class FollowView(SignedIn):
    def post(self, request: HttpRequest, username: str) -> HttpResponse:
        services.follow(self.caller, username)
        path = reverse("blog:author", args=[username])
        return done(request, f"You follow {username}.", path)


class UnfollowView(SignedIn):
    def post(self, request: HttpRequest, username: str) -> HttpResponse:
        services.unfollow(self.caller, username)
        path = reverse("blog:author", args=[username])
        return done(request, f"You no longer follow {username}.", path)
