"""/api/v1: signing in, the caller's account, profiles, administration."""

from types import NoneType

from pydantic import MISSING
from sanic import Blueprint

from app.accounts import admin, passwords, services, tokens
from app.accounts.passwords import Attempts
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
from app.auth import admins_only, personalised, protected
from app.config import Settings
from app.database import Database
from app.dependencies import reading, writing
from app.mail import email_changed_mail, password_changed_mail, password_reset_mail
from app.openapi import BODY_PROBLEMS, operation
from app.pagination import Page
from app.paths import link_created, link_next_page
from app.rate_limits import Limiter
from app.request import Request
from app.routing import PRIVATE, Resource, conditional, validate_json, validate_query

auth = Blueprint("auth", url_prefix="/auth")
me = Blueprint("accounts", url_prefix="/me")
users = Blueprint("profiles", url_prefix="/users")
administration = Blueprint("admin", url_prefix="/admin")
blueprints = (auth, me, users, administration)


class Register(Resource, attach=auth, uri="/register", name="register"):
    @operation("register", Account, status=201, refuses=(*BODY_PROBLEMS, 409, 429))
    @validate_json(Registration)
    @writing
    async def post(
        self, request: Request, body: Registration, limiter: Limiter
    ) -> Account:
        await limiter.count_auth(request.address)
        account = await services.register(request.ctx.session, body)
        link_created(request, "profiles.profile", username=account.username)
        return account


class Login(Resource, attach=auth, uri="/login", name="login"):
    @operation("login", TokenPair, refuses=(*BODY_PROBLEMS, 401, 429))
    @validate_json(Credentials)
    @writing
    async def post(
        self,
        request: Request,
        body: Credentials,
        attempts: Attempts,
        settings: Settings,
    ) -> TokenPair:
        verified = await attempts.sign_in(body.username, body.password)
        return await passwords.login(request.ctx.session, settings, verified)


class Refresh(Resource, attach=auth, uri="/refresh", name="refresh"):
    @operation("refresh_tokens", TokenPair, refuses=(*BODY_PROBLEMS, 401))
    @validate_json(RefreshTokenBody)
    @writing
    async def post(
        self, request: Request, body: RefreshTokenBody, settings: Settings
    ) -> TokenPair:
        session, refresh_token = request.ctx.session, body.refresh_token
        return await tokens.refresh_tokens(session, settings, refresh_token)


class Logout(Resource, attach=auth, uri="/logout", name="logout"):
    @operation("logout", NoneType, status=204, refuses=BODY_PROBLEMS)
    @validate_json(RefreshTokenBody)
    @writing
    async def post(self, request: Request, body: RefreshTokenBody) -> None:
        await tokens.logout(request.ctx.session, body.refresh_token)


class Password(Resource, attach=auth, uri="/password", name="password"):
    @operation("change_password", TokenPair, refuses=(*BODY_PROBLEMS, 401, 429))
    @protected
    @validate_json(PasswordChange)
    @writing
    async def post(
        self,
        request: Request,
        body: PasswordChange,
        attempts: Attempts,
        settings: Settings,
    ) -> TokenPair:
        session, caller = request.ctx.session, request.ctx.caller
        await attempts.verify(caller, body.current_password)
        request.ctx.mails.append(password_changed_mail(caller.email))
        return await passwords.change_password(
            session, settings, caller, body.new_password
        )


class PasswordReset(Resource, attach=auth, uri="/password-reset", name="reset"):
    @operation(
        "request_password_reset", NoneType, status=202, refuses=(*BODY_PROBLEMS, 429)
    )
    @validate_json(PasswordResetRequest)
    @writing
    async def post(
        self,
        request: Request,
        body: PasswordResetRequest,
        limiter: Limiter,
        database: Database,
    ) -> None:
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


class PasswordResetConfirmed(
    Resource, attach=auth, uri="/password-reset/confirm", name="confirm"
):
    @operation("confirm_password_reset", NoneType, status=204, refuses=BODY_PROBLEMS)
    @validate_json(PasswordResetConfirmation)
    @writing
    async def post(
        self,
        request: Request,
        body: PasswordResetConfirmation,
        database: Database,
        limiter: Limiter,
    ) -> None:
        token, new_password = body.token, body.new_password
        async with database.reading() as reader:
            await passwords.check_password_reset(reader, token, new_password)
        user = await passwords.confirm_password_reset(
            request.ctx.session, token, new_password
        )
        await limiter.clear_names([user.username.lower(), user.email.lower()])
        request.ctx.mails.append(password_changed_mail(user.email))


class Me(Resource, attach=me, uri="", name="account"):
    @operation("get_account", Account, refuses=(401,))
    @protected
    @reading
    async def get(self, request: Request) -> Account:
        return await services.get_account(request.ctx.reader, request.ctx.caller)

    @operation("update_account", Account, refuses=(*BODY_PROBLEMS, 401, 409, 429))
    @protected
    @validate_json(AccountChanges)
    @writing
    async def patch(
        self, request: Request, body: AccountChanges, attempts: Attempts
    ) -> Account:
        caller = request.ctx.caller
        if body.current_password is not MISSING:
            await attempts.verify(caller, body.current_password)
        account = await services.update_account(request.ctx.session, caller, body)
        if account.email != caller.email:
            request.ctx.mails.append(email_changed_mail(caller.email))
        return account


class Deletion(Resource, attach=me, uri="/delete", name="deletion"):
    @operation(
        "delete_account",
        NoneType,
        status=204,
        refuses=(*BODY_PROBLEMS, 401, 409, 429),
    )
    @protected
    @validate_json(AccountDeletion)
    @writing
    async def post(
        self, request: Request, body: AccountDeletion, attempts: Attempts
    ) -> None:
        await attempts.verify(request.ctx.caller, body.current_password)
        await services.delete_account(request.ctx.session, request.ctx.caller)


class OneProfile(Resource, attach=users, uri="/<username:username>", name="profile"):
    @conditional(PRIVATE)
    @operation("get_profile", Profile, refuses=(401, 404))
    @personalised
    @reading
    async def get(self, request: Request, username: str) -> Profile:
        reader, viewer = request.ctx.reader, request.ctx.viewer
        return await services.get_profile(reader, viewer, username)


class Following(
    Resource, attach=users, uri="/<username:username>/follow", name="following"
):
    @operation("follow", NoneType, status=204, refuses=(401, 404, 422))
    @protected
    @writing
    async def put(self, request: Request, username: str) -> None:
        await services.follow(request.ctx.session, request.ctx.caller, username)

    @operation("unfollow", NoneType, status=204, refuses=(401, 404))
    @protected
    @writing
    async def delete(self, request: Request, username: str) -> None:
        await services.unfollow(request.ctx.session, request.ctx.caller, username)


class UserList(Resource, attach=administration, uri="/users", name="users"):
    @operation("list_users", Page[Account], refuses=(401, 403, 422))
    @admins_only
    @validate_query(UserQuery)
    @reading
    async def get(self, request: Request, query: UserQuery) -> Page[Account]:
        page = await admin.list_users(request.ctx.reader, query)
        return link_next_page(request, page)


class OneUser(
    Resource, attach=administration, uri="/users/<username:username>", name="user"
):
    @operation("update_user", Account, refuses=(*BODY_PROBLEMS, 401, 403, 404, 409))
    @admins_only
    @validate_json(UserChanges)
    @writing
    async def patch(
        self, request: Request, body: UserChanges, username: str
    ) -> Account:
        session, caller = request.ctx.session, request.ctx.caller
        return await admin.update_user(session, caller, username, body)
