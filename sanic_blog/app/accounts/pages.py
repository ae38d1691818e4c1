"""Pages: registering, signing in and out, a new password by mail, following."""

from typing import Any

from sanic import Blueprint
from sanic.response import HTTPResponse

from app.accounts import passwords, services, sessions
from app.accounts.forms import (
    LoginForm,
    NewPasswordForm,
    PasswordResetForm,
    RegistrationForm,
)
from app.accounts.models import User
from app.accounts.passwords import Attempts
from app.accounts.schemas import (
    Credentials,
    PasswordResetConfirmation,
    PasswordResetRequest,
    Registration,
)
from app.database import Database
from app.dependencies import writing
from app.errors import Conflict, InvalidCredentials
from app.forms import Form
from app.mail import password_changed_mail, password_reset_mail
from app.pages import (
    FormView,
    PageView,
    next_path,
    parameter,
    redirect,
    render_page,
    validate_form,
)
from app.rate_limits import Limiter
from app.request import Request
from app.sessions import for_everybody, for_users, session_token, sign_in, sign_out

pages = Blueprint("accounts_pages")

# The address of the page is a secret: no link may carry it on, no cache may keep it.
SECRET_PAGE = {"Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}
RESET_REQUESTED = (
    "If there is an account with this address, a mail is on its way: "
    "open its link within an hour."
)


async def begin_session(request: Request, user: User) -> None:
    """Ends what the browser had before; in the transaction of the request."""
    session = request.ctx.session
    await sessions.end_session(session, session_token(request))
    sign_in(request, await sessions.begin_session(session, user))


class EntranceView(FormView):
    """The page of a form for those who are not signed in yet."""

    form_class: type[Form[Any]]

    @for_everybody
    async def get(self, request: Request) -> HTTPResponse:
        target = parameter(request, "next")
        if request.ctx.viewer:
            return redirect(request, next_path(target))
        return await self.show(request, self.form_class({"next": target}))


def go_on(request: Request, message: str) -> HTTPResponse:
    return redirect(request, next_path(request.typed.get("next", "")), message)


class RegistrationView(EntranceView, attach=pages, uri="/register", name="register"):
    form_class = RegistrationForm
    template = "accounts/register.html"

    @for_everybody
    @validate_form(RegistrationForm, Conflict)
    @writing
    async def post(
        self, request: Request, body: Registration, limiter: Limiter
    ) -> HTTPResponse:
        await limiter.count_auth(request.address)
        user = await services.create_user(request.ctx.session, body)
        await begin_session(request, user)
        return go_on(request, f"Welcome, {user.username}.")


class LoginView(EntranceView, attach=pages, uri="/login", name="login"):
    form_class = LoginForm
    template = "accounts/login.html"

    @for_everybody
    @validate_form(LoginForm, InvalidCredentials)
    @writing
    async def post(
        self, request: Request, body: Credentials, attempts: Attempts
    ) -> HTTPResponse:
        verified = await attempts.sign_in(body.username, body.password)
        user = await passwords.lock_verified(request.ctx.session, verified)
        await begin_session(request, user)
        return go_on(request, "You are signed in.")


class LogoutView(PageView, attach=pages, uri="/logout", name="logout"):
    @for_everybody
    @writing
    async def post(self, request: Request) -> HTTPResponse:
        await sessions.end_session(request.ctx.session, session_token(request))
        sign_out(request)
        return redirect(request, "/", "You are signed out.")


class PasswordResetView(FormView, attach=pages, uri="/password-reset", name="reset"):
    template = "accounts/password_reset.html"

    @for_everybody
    async def get(self, request: Request) -> HTTPResponse:
        return await self.show(request, PasswordResetForm({}))

    @for_everybody
    @validate_form(PasswordResetForm)
    @writing
    async def post(
        self,
        request: Request,
        body: PasswordResetRequest,
        limiter: Limiter,
        database: Database,
    ) -> HTTPResponse:
        await limiter.count_auth(request.address)
        async with database.reading() as reader:
            user_id = await passwords.find_reset_recipient(reader, body.email)
        if user_id and await limiter.takes_password_reset(user_id):
            session = request.ctx.session
            reset = await passwords.request_password_reset(session, user_id)
            if reset:
                public_url = request.public_url
                mail = password_reset_mail(reset.email, public_url, reset.token)
                request.ctx.mails.append(mail)
        return redirect(request, "/login", RESET_REQUESTED)


class NewPasswordView(
    FormView, attach=pages, uri="/password-reset/<token:token>", name="confirm"
):
    @for_everybody
    async def get(self, request: Request, token: str) -> HTTPResponse:
        """Looks at nothing: whoever opens links ahead of people uses up no token."""
        return await self.show(request, NewPasswordForm({}, token))

    @for_everybody
    @validate_form(NewPasswordForm)
    @writing
    async def post(
        self,
        request: Request,
        body: PasswordResetConfirmation,
        token: str,
        database: Database,
        limiter: Limiter,
    ) -> HTTPResponse:
        async with database.reading() as reader:
            await passwords.check_password_reset(reader, token, body.new_password)
        user = await passwords.confirm_password_reset(
            request.ctx.session, token, body.new_password
        )
        await limiter.clear_names([user.username.lower(), user.email.lower()])
        request.ctx.mails.append(password_changed_mail(user.email))
        message = "Your password is changed. Sign in with it."
        return redirect(request, "/login", message)

    async def show(self, request: Request, form: Form[Any]) -> HTTPResponse:
        return await render_page(
            request,
            "accounts/new_password.html",
            status=form.status,
            headers=SECRET_PAGE,
            form=form,
        )


class FollowView(
    PageView, attach=pages, uri="/authors/<username:username>/follow", name="follow"
):
    @for_users
    @writing
    async def post(self, request: Request, username: str) -> HTTPResponse:
        await services.follow(request.ctx.session, request.ctx.caller, username)
        return redirect(request, f"/authors/{username}", f"You follow {username}.")


class UnfollowView(
    PageView, attach=pages, uri="/authors/<username:username>/unfollow", name="unfollow"
):
    @for_users
    @writing
    async def post(self, request: Request, username: str) -> HTTPResponse:
        await services.unfollow(request.ctx.session, request.ctx.caller, username)
        message = f"You no longer follow {username}."
        return redirect(request, f"/authors/{username}", message)
