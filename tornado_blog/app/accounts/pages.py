"""Pages: registering, signing in and out, a new password by mail, following."""

from typing import ClassVar

from sqlalchemy.ext.asyncio import AsyncSession
from tornado.routing import URLSpec

from app.accounts import passwords, services, sessions
from app.accounts.forms import (
    LoginForm,
    NewPasswordForm,
    PasswordResetForm,
    RegistrationForm,
)
from app.accounts.models import User
from app.errors import FieldErrors, InvalidCredentials
from app.mail import password_changed_mail, password_reset_mail
from app.pages import PageHandler, SignedInHandler, next_path
from app.paths import (
    RESET_TOKEN_PART,
    USERNAME_PART,
    PathParts,
    ResetTokenPath,
    UsernamePath,
)

RESET_REQUESTED = (
    "If there is an account with this address, a mail is on its way: "
    "open its link within an hour."
)


async def begin_session(page: PageHandler, session: AsyncSession, user: User) -> str:
    """Ends what the browser had before; gives what to sign it in with."""
    await sessions.end_session(session, page.session_token)
    return await sessions.begin_session(session, user)


class RegistrationHandler(PageHandler):
    async def get(self) -> None:
        target = self.query.get("next", "")
        if self.current_user:
            self.see_other(next_path(target))
            return
        form = RegistrationForm({"next": target})
        self.render("accounts/register.html", form=form)

    async def post(self) -> None:
        form = RegistrationForm(self.typed)
        try:
            registration = form.read()
            await self.limiter.count_auth(self.address)
            async with self.database.writing() as session:
                user = await services.create_user(session, registration)
                token = await begin_session(self, session, user)
        except FieldErrors as error:
            form.refuse(error)
            self.render_refused("accounts/register.html", form=form)
            return
        self.sign_in(token)
        self.see_other(next_path(form["next"].value), f"Welcome, {user.username}.")


class LoginHandler(PageHandler):
    async def get(self) -> None:
        target = self.query.get("next", "")
        if self.current_user:
            self.see_other(next_path(target))
            return
        self.render("accounts/login.html", form=LoginForm({"next": target}))

    async def post(self) -> None:
        form = LoginForm(self.typed)
        try:
            given = form.read()
            verified = await self.attempts.sign_in(given.username, given.password)
            async with self.database.writing() as session:
                user = await passwords.lock_verified(session, verified)
                token = await begin_session(self, session, user)
        except (FieldErrors, InvalidCredentials) as error:
            form.refuse(error)
            self.render_refused("accounts/login.html", form=form)
            return
        self.sign_in(token)
        self.see_other(next_path(form["next"].value), "You are signed in.")


class LogoutHandler(PageHandler):
    async def post(self) -> None:
        async with self.database.writing() as session:
            await sessions.end_session(session, self.session_token)
        self.sign_out()
        self.see_other("/", "You are signed out.")


class PasswordResetHandler(PageHandler):
    async def get(self) -> None:
        self.render("accounts/password_reset.html", form=PasswordResetForm({}))

    async def post(self) -> None:
        form = PasswordResetForm(self.typed)
        try:
            email = form.read().email
        except FieldErrors as error:
            form.refuse(error)
            self.render_refused("accounts/password_reset.html", form=form)
            return
        await self.limiter.count_auth(self.address)
        await self._mail_reset(email)
        self.see_other("/login", RESET_REQUESTED)

    async def _mail_reset(self, email: str) -> None:
        async with self.database.reading() as reader:
            user_id = await passwords.find_reset_recipient(reader, email)
        if user_id is None or not await self.limiter.takes_password_reset(user_id):
            return
        async with self.database.writing() as session:
            reset = await passwords.request_password_reset(session, user_id)
        if reset:
            public_url = self.application.public_url
            mail = password_reset_mail(reset.email, public_url, reset.token)
            self.mails.append(mail)


class NewPasswordHandler(PageHandler):
    path_parts: ClassVar[PathParts] = {"token": ResetTokenPath}

    def set_default_headers(self) -> None:
        """The address is a secret: no link may carry it on, no cache may keep it."""
        super().set_default_headers()
        self.set_header("Referrer-Policy", "no-referrer")
        self.set_header("Cache-Control", "no-store")

    async def get(self, token: str) -> None:
        """Looks at nothing: whoever opens links ahead of people uses up no token."""
        form = NewPasswordForm({}, token)
        self.render("accounts/new_password.html", form=form)

    async def post(self, token: str) -> None:
        form = NewPasswordForm(self.typed, token)
        try:
            new_password = form.read().new_password
            async with self.database.reading() as reader:
                await passwords.check_password_reset(reader, token, new_password)
            async with self.database.writing() as session:
                user = await passwords.confirm_password_reset(
                    session, token, new_password
                )
        except FieldErrors as error:
            form.refuse(error)
            self.render_refused("accounts/new_password.html", form=form)
            return
        await self.limiter.clear_names([user.username.lower(), user.email.lower()])
        self.mails.append(password_changed_mail(user.email))
        self.see_other("/login", "Your password is changed. Sign in with it.")


class _OfAuthor(SignedInHandler):
    path_parts: ClassVar[PathParts] = {"username": UsernamePath}


class FollowHandler(_OfAuthor):
    async def post(self, username: str) -> None:
        async with self.database.writing() as session:
            await services.follow(session, self.current_user, username)
        self.see_other(f"/authors/{username}", f"You follow {username}.")


class UnfollowHandler(_OfAuthor):
    async def post(self, username: str) -> None:
        async with self.database.writing() as session:
            await services.unfollow(session, self.current_user, username)
        self.see_other(f"/authors/{username}", f"You no longer follow {username}.")


AUTHOR = f"/authors/{USERNAME_PART}"

routes = [
    URLSpec("/register", RegistrationHandler),
    URLSpec("/login", LoginHandler),
    URLSpec("/logout", LogoutHandler),
    URLSpec("/password-reset", PasswordResetHandler),
    URLSpec(f"/password-reset/{RESET_TOKEN_PART}", NewPasswordHandler),
    URLSpec(f"{AUTHOR}/follow", FollowHandler),
    URLSpec(f"{AUTHOR}/unfollow", UnfollowHandler),
]
