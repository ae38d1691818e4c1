"""/api/v1: signing in, the caller's account, profiles, administration."""

from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Query, Response
from pydantic import MISSING

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
from app.auth import ADMINS_ONLY, CurrentCaller, OptionalCaller
from app.dependencies import (
    Address,
    AttemptsDep,
    DatabaseDep,
    LimiterDep,
    MailerDep,
    PublicUrl,
    Reading,
    SettingsDep,
    Writing,
)
from app.mail import email_changed_mail, password_changed_mail, password_reset_mail
from app.openapi import BODY_PROBLEMS, NOT_MODIFIED, problems
from app.pagination import Page
from app.paths import Links, UsernamePath
from app.routing import ConditionalRoute, Route

auth = APIRouter(prefix="/api/v1/auth", tags=["auth"], route_class=Route)
me = APIRouter(prefix="/api/v1/me", tags=["accounts"], route_class=Route)
users = APIRouter(prefix="/api/v1/users", tags=["profiles"], route_class=Route)
cached_users = APIRouter(
    prefix="/api/v1/users",
    tags=["profiles"],
    route_class=ConditionalRoute,
    responses=NOT_MODIFIED,
)
administration = APIRouter(
    prefix="/api/v1/admin",
    tags=["admin"],
    route_class=Route,
    dependencies=[ADMINS_ONLY],
)
routers = (auth, me, users, cached_users, administration)


@auth.post("/register", status_code=201, responses=problems(*BODY_PROBLEMS, 409, 429))
async def register(
    body: Registration,
    links: Links,
    session: Writing,
    limiter: LimiterDep,
    address: Address,
) -> Account:
    await limiter.count_auth(address)
    account = await services.register(session, body)
    links.created("get_profile", username=account.username)
    return account


@auth.post("/login", responses=problems(*BODY_PROBLEMS, 401, 429))
async def login(
    body: Credentials, attempts: AttemptsDep, session: Writing, settings: SettingsDep
) -> TokenPair:
    verified = await attempts.sign_in(body.username, body.password)
    return await passwords.login(session, settings, verified)


@auth.post("/refresh", responses=problems(*BODY_PROBLEMS, 401))
async def refresh_tokens(
    body: RefreshTokenBody, session: Writing, settings: SettingsDep
) -> TokenPair:
    return await tokens.refresh_tokens(session, settings, body.refresh_token)


@auth.post("/logout", status_code=204, responses=problems(*BODY_PROBLEMS))
async def logout(body: RefreshTokenBody, session: Writing) -> None:
    await tokens.logout(session, body.refresh_token)


@auth.post("/password", responses=problems(*BODY_PROBLEMS, 401, 429))
async def change_password(
    body: PasswordChange,
    caller: CurrentCaller,
    attempts: AttemptsDep,
    session: Writing,
    settings: SettingsDep,
    mailer: MailerDep,
    background: BackgroundTasks,
) -> TokenPair:
    await attempts.verify(caller, body.current_password)
    pair = await passwords.change_password(session, settings, caller, body.new_password)
    background.add_task(mailer.send, password_changed_mail(caller.email))
    return pair


@auth.post(
    "/password-reset",
    status_code=202,
    response_class=Response,
    responses=problems(*BODY_PROBLEMS, 429),
)
async def request_password_reset(
    body: PasswordResetRequest,
    limiter: LimiterDep,
    address: Address,
    database: DatabaseDep,
    session: Writing,
    mailer: MailerDep,
    public_url: PublicUrl,
    background: BackgroundTasks,
) -> None:
    await limiter.count_auth(address)
    async with database.reading() as reading:
        user_id = await passwords.find_reset_recipient(reading, body.email)
    if user_id and await limiter.takes_password_reset(user_id):
        reset = await passwords.request_password_reset(session, user_id)
        if reset:
            mail = password_reset_mail(reset.email, public_url, reset.token)
            background.add_task(mailer.send, mail)


@auth.post(
    "/password-reset/confirm", status_code=204, responses=problems(*BODY_PROBLEMS)
)
async def confirm_password_reset(
    body: PasswordResetConfirmation,
    database: DatabaseDep,
    session: Writing,
    limiter: LimiterDep,
    mailer: MailerDep,
    background: BackgroundTasks,
) -> None:
    async with database.reading() as reading:
        await passwords.check_password_reset(reading, body.token, body.new_password)
    user = await passwords.confirm_password_reset(
        session, body.token, body.new_password
    )
    await limiter.clear_names([user.username.lower(), user.email.lower()])
    background.add_task(mailer.send, password_changed_mail(user.email))


@me.get("", responses=problems(401))
async def get_account(caller: CurrentCaller, session: Reading) -> Account:
    return await services.get_account(session, caller)


@me.patch("", responses=problems(*BODY_PROBLEMS, 401, 409, 429))
async def update_account(
    body: AccountChanges,
    caller: CurrentCaller,
    attempts: AttemptsDep,
    session: Writing,
    mailer: MailerDep,
    background: BackgroundTasks,
) -> Account:
    if body.current_password is not MISSING:
        await attempts.verify(caller, body.current_password)
    account = await services.update_account(session, caller, body)
    if account.email != caller.email:
        background.add_task(mailer.send, email_changed_mail(caller.email))
    return account


@me.post("/delete", status_code=204, responses=problems(*BODY_PROBLEMS, 401, 409, 429))
async def delete_account(
    body: AccountDeletion,
    caller: CurrentCaller,
    attempts: AttemptsDep,
    session: Writing,
) -> None:
    await attempts.verify(caller, body.current_password)
    await services.delete_account(session, caller)


@cached_users.get("/{username}", responses=problems(401, 404))
async def get_profile(
    username: UsernamePath, caller: OptionalCaller, session: Reading
) -> Profile:
    return await services.get_profile(session, caller, username)


@users.put("/{username}/follow", status_code=204, responses=problems(401, 404, 422))
async def follow(
    username: UsernamePath, caller: CurrentCaller, session: Writing
) -> None:
    await services.follow(session, caller, username)


@users.delete("/{username}/follow", status_code=204, responses=problems(401, 404))
async def unfollow(
    username: UsernamePath, caller: CurrentCaller, session: Writing
) -> None:
    await services.unfollow(session, caller, username)


@administration.get("/users", responses=problems(401, 403, 422))
async def list_users(
    query: Annotated[UserQuery, Query()], session: Reading, links: Links
) -> Page[Account]:
    return links.next_page(await admin.list_users(session, query))


@administration.patch(
    "/users/{username}", responses=problems(*BODY_PROBLEMS, 401, 403, 404, 409)
)
async def update_user(
    username: UsernamePath, body: UserChanges, caller: CurrentCaller, session: Writing
) -> Account:
    return await admin.update_user(session, caller, username, body)
