"""/api/v1: signing in, the caller's account, profiles, administration."""

from typing import ClassVar

from pydantic import MISSING
from tornado.routing import URLSpec

from app.accounts import admin, passwords, services, tokens
from app.accounts.schemas import (
    Account,
    AccountChanges,
    AccountDeletion,
    Credentials,
    PasswordChange,
    PasswordResetConfirmation,
    PasswordResetRequest,
    Profile,
    RefreshTokenBody,
    Registration,
    TokenPair,
    UserChanges,
    UserQuery,
)
from app.api import ApiHandler
from app.mail import email_changed_mail, password_changed_mail, password_reset_mail
from app.pagination import Page
from app.paths import USERNAME_PART, PathParts, UsernamePath
from app.routing import PRIVATE, Access, operation


class RegistrationHandler(ApiHandler):
    @operation(
        "register", Account, status=201, access=Access.UNASKED, refuses=(409, 429)
    )
    async def post(self, body: Registration) -> None:
        await self.limiter.count_auth(self.address)
        async with self.database.writing() as session:
            account = await services.register(session, body)
        self.set_header("Location", self.reverse_url("profile", account.username))
        self.write(account)


class LoginHandler(ApiHandler):
    @operation("login", TokenPair, access=Access.UNASKED, refuses=(401, 429))
    async def post(self, body: Credentials) -> None:
        verified = await self.attempts.sign_in(body.username, body.password)
        async with self.database.writing() as session:
            pair = await passwords.login(session, self.config, verified)
        self.write(pair)


class RefreshHandler(ApiHandler):
    @operation("refresh_tokens", TokenPair, access=Access.UNASKED, refuses=(401,))
    async def post(self, body: RefreshTokenBody) -> None:
        async with self.database.writing() as session:
            pair = await tokens.refresh_tokens(session, self.config, body.refresh_token)
        self.write(pair)


class LogoutHandler(ApiHandler):
    @operation("logout", access=Access.UNASKED)
    async def post(self, body: RefreshTokenBody) -> None:
        async with self.database.writing() as session:
            await tokens.logout(session, body.refresh_token)


class PasswordHandler(ApiHandler):
    @operation("change_password", TokenPair, refuses=(429,))
    async def post(self, body: PasswordChange) -> None:
        caller = self.current_user
        await self.attempts.verify(caller, body.current_password)
        async with self.database.writing() as session:
            pair = await passwords.change_password(
                session, self.config, caller, body.new_password
            )
        self.mails.append(password_changed_mail(caller.email))
        self.write(pair)


class PasswordResetHandler(ApiHandler):
    @operation(
        "request_password_reset", status=202, access=Access.UNASKED, refuses=(429,)
    )
    async def post(self, body: PasswordResetRequest) -> None:
        await self.limiter.count_auth(self.address)
        async with self.database.reading() as reader:
            user_id = await passwords.find_reset_recipient(reader, body.email)
        if user_id is None or not await self.limiter.takes_password_reset(user_id):
            return
        async with self.database.writing() as session:
            reset = await passwords.request_password_reset(session, user_id)
        if reset:
            public_url = self.application.public_url
            mail = password_reset_mail(reset.email, public_url, reset.token)
            self.mails.append(mail)


class PasswordResetConfirmationHandler(ApiHandler):
    @operation("confirm_password_reset", access=Access.UNASKED)
    async def post(self, body: PasswordResetConfirmation) -> None:
        async with self.database.reading() as reader:
            await passwords.check_password_reset(reader, body.token, body.new_password)
        async with self.database.writing() as session:
            user = await passwords.confirm_password_reset(
                session, body.token, body.new_password
            )
        await self.limiter.clear_names([user.username.lower(), user.email.lower()])
        self.mails.append(password_changed_mail(user.email))


class AccountHandler(ApiHandler):
    @operation("get_account", Account)
    async def get(self) -> None:
        async with self.database.reading() as reader:
            account = await services.get_account(reader, self.current_user)
        self.write(account)

    @operation("update_account", Account, refuses=(409, 429))
    async def patch(self, body: AccountChanges) -> None:
        caller = self.current_user
        if body.current_password is not MISSING:
            await self.attempts.verify(caller, body.current_password)
        async with self.database.writing() as session:
            account = await services.update_account(session, caller, body)
        if account.email != caller.email:
            self.mails.append(email_changed_mail(caller.email))
        self.write(account)


class AccountDeletionHandler(ApiHandler):
    @operation("delete_account", refuses=(409, 429))
    async def post(self, body: AccountDeletion) -> None:
        await self.attempts.verify(self.current_user, body.current_password)
        async with self.database.writing() as session:
            await services.delete_account(session, self.current_user)


class _OfUser(ApiHandler):
    """What is no user name is 404 here; whoever is unknown is so in services."""

    path_parts: ClassVar[PathParts] = {"username": UsernamePath}


class ProfileHandler(_OfUser):
    @operation(
        "get_profile", Profile, access=Access.ANYBODY, refuses=(404,), cache=PRIVATE
    )
    async def get(self, username: str) -> None:
        async with self.database.reading() as reader:
            profile = await services.get_profile(reader, self.current_user, username)
        self.write(profile)


class FollowHandler(_OfUser):
    @operation("follow", refuses=(404, 422))
    async def put(self, username: str) -> None:
        async with self.database.writing() as session:
            await services.follow(session, self.current_user, username)

    @operation("unfollow", refuses=(404,))
    async def delete(self, username: str) -> None:
        async with self.database.writing() as session:
            await services.unfollow(session, self.current_user, username)


class UsersHandler(ApiHandler):
    @operation("list_users", Page[Account], access=Access.ADMIN)
    async def get(self, query: UserQuery) -> None:
        async with self.database.reading() as reader:
            page = await admin.list_users(reader, query)
        self.write_page(page)


class UserHandler(_OfUser):
    @operation("update_user", Account, access=Access.ADMIN, refuses=(404, 409))
    async def patch(self, username: str, body: UserChanges) -> None:
        async with self.database.writing() as session:
            account = await admin.update_user(
                session, self.current_user, username, body
            )
        self.write(account)


AUTH = "/api/v1/auth"

routes = [
    URLSpec(f"{AUTH}/register", RegistrationHandler, name="registration"),
    URLSpec(f"{AUTH}/login", LoginHandler, name="login"),
    URLSpec(f"{AUTH}/refresh", RefreshHandler, name="refresh"),
    URLSpec(f"{AUTH}/logout", LogoutHandler, name="logout"),
    URLSpec(f"{AUTH}/password", PasswordHandler, name="password"),
    URLSpec(f"{AUTH}/password-reset", PasswordResetHandler, name="password-reset"),
    URLSpec(
        f"{AUTH}/password-reset/confirm",
        PasswordResetConfirmationHandler,
        name="password-reset-confirmation",
    ),
    URLSpec("/api/v1/me", AccountHandler, name="account"),
    URLSpec("/api/v1/me/delete", AccountDeletionHandler, name="account-deletion"),
    URLSpec(f"/api/v1/users/{USERNAME_PART}", ProfileHandler, name="profile"),
    URLSpec(f"/api/v1/users/{USERNAME_PART}/follow", FollowHandler, name="follow"),
    URLSpec("/api/v1/admin/users", UsersHandler, name="users"),
    URLSpec(f"/api/v1/admin/users/{USERNAME_PART}", UserHandler, name="user"),
]
