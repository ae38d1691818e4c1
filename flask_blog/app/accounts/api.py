"""/api/v1: signing in, the caller's account, profiles, administration."""

from apiflask import APIBlueprint
from flask import current_app, url_for
from pydantic import MISSING

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
from app.addresses import caller_address
from app.auth import OPTIONAL, auth, current_caller, optional_caller
from app.extensions import db, limiter, mailer
from app.mail import (
    email_changed_mail,
    password_changed_mail,
    password_reset_mail,
    public_url,
)
from app.openapi import ACCEPTED, BODY_PROBLEMS, NO_CONTENT, NOT_MODIFIED, problems
from app.pagination import Page
from app.paths import Headers, link_next_page
from app.routing import conditional

sign_in = APIBlueprint("auth", __name__, url_prefix="/api/v1/auth", tag="auth")
me = APIBlueprint("accounts", __name__, url_prefix="/api/v1/me", tag="accounts")
users = APIBlueprint("profiles", __name__, url_prefix="/api/v1/users", tag="profiles")
administration = APIBlueprint(
    "admin", __name__, url_prefix="/api/v1/admin", tag="admin"
)
blueprints = (sign_in, me, users, administration)


@sign_in.post("/register")
@sign_in.input(Registration, arg_name="body")
@sign_in.output(Account, status_code=201)
@sign_in.doc(responses=problems(*BODY_PROBLEMS, 409, 429))
def register(body: Registration) -> tuple[Account, Headers]:
    limiter.count_auth(caller_address())
    account = services.register(db.session(), body)
    db.session.commit()
    location = url_for("profiles.get_profile", username=account.username)
    return account, {"Location": location}


@sign_in.post("/login")
@sign_in.input(Credentials, arg_name="body")
@sign_in.output(TokenPair)
@sign_in.doc(responses=problems(*BODY_PROBLEMS, 401, 429))
def login(body: Credentials) -> TokenPair:
    verified = _attempts().sign_in(body.username, body.password)
    pair = passwords.login(db.session(), current_app.config, verified)
    db.session.commit()
    return pair


@sign_in.post("/refresh")
@sign_in.input(RefreshTokenBody, arg_name="body")
@sign_in.output(TokenPair)
@sign_in.doc(responses=problems(*BODY_PROBLEMS, 401))
def refresh_tokens(body: RefreshTokenBody) -> TokenPair:
    session, config = db.session(), current_app.config
    pair = tokens.refresh_tokens(session, config, body.refresh_token)
    db.session.commit()
    return pair


@sign_in.post("/logout")
@sign_in.input(RefreshTokenBody, arg_name="body")
@sign_in.doc(responses=NO_CONTENT | problems(*BODY_PROBLEMS))
def logout(body: RefreshTokenBody) -> tuple[str, int]:
    tokens.logout(db.session(), body.refresh_token)
    db.session.commit()
    return "", 204


@sign_in.post("/password")
@sign_in.auth_required(auth)
@sign_in.input(PasswordChange, arg_name="body")
@sign_in.output(TokenPair)
@sign_in.doc(responses=problems(*BODY_PROBLEMS, 401, 429))
def change_password(body: PasswordChange) -> TokenPair:
    caller = current_caller()
    _attempts().verify(caller, body.current_password)
    pair = passwords.change_password(
        db.session(), current_app.config, caller, body.new_password
    )
    db.session.commit()
    mailer.send(password_changed_mail(caller.email))
    return pair


@sign_in.post("/password-reset")
@sign_in.input(PasswordResetRequest, arg_name="body")
@sign_in.doc(responses=ACCEPTED | problems(*BODY_PROBLEMS, 429))
def request_password_reset(body: PasswordResetRequest) -> tuple[str, int]:
    limiter.count_auth(caller_address())
    with db.reading() as reader:
        user_id = passwords.find_reset_recipient(reader, body.email)
    if user_id and limiter.takes_password_reset(user_id):
        reset = passwords.request_password_reset(db.session(), user_id)
        db.session.commit()
        if reset:
            mailer.send(password_reset_mail(reset.email, public_url(), reset.token))
    return "", 202


@sign_in.post("/password-reset/confirm")
@sign_in.input(PasswordResetConfirmation, arg_name="body")
@sign_in.doc(responses=NO_CONTENT | problems(*BODY_PROBLEMS))
def confirm_password_reset(body: PasswordResetConfirmation) -> tuple[str, int]:
    with db.reading() as reader:
        passwords.check_password_reset(reader, body.token, body.new_password)
    user = passwords.confirm_password_reset(db.session(), body.token, body.new_password)
    db.session.commit()
    limiter.clear_names([user.username.lower(), user.email.lower()])
    mailer.send(password_changed_mail(user.email))
    return "", 204


@me.get("")
@me.auth_required(auth)
@me.output(Account)
@me.doc(responses=problems(401))
def get_account() -> Account:
    with db.reading() as reader:
        return services.get_account(reader, current_caller())


@me.patch("")
@me.auth_required(auth)
@me.input(AccountChanges, arg_name="body")
@me.output(Account)
@me.doc(responses=problems(*BODY_PROBLEMS, 401, 409, 429))
def update_account(body: AccountChanges) -> Account:
    caller = current_caller()
    if body.current_password is not MISSING:
        _attempts().verify(caller, body.current_password)
    account = services.update_account(db.session(), caller, body)
    db.session.commit()
    if account.email != caller.email:
        mailer.send(email_changed_mail(caller.email))
    return account


@me.post("/delete")
@me.auth_required(auth)
@me.input(AccountDeletion, arg_name="body")
@me.doc(responses=NO_CONTENT | problems(*BODY_PROBLEMS, 401, 409, 429))
def delete_account(body: AccountDeletion) -> tuple[str, int]:
    _attempts().verify(current_caller(), body.current_password)
    services.delete_account(db.session(), current_caller())
    db.session.commit()
    return "", 204


@users.get("/<username:username>")
@conditional()
@users.auth_required(auth, optional=OPTIONAL)
@users.output(Profile)
@users.doc(responses=NOT_MODIFIED | problems(401, 404))
def get_profile(username: str) -> Profile:
    with db.reading() as reader:
        return services.get_profile(reader, optional_caller(), username)


@users.put("/<username:username>/follow")
@users.auth_required(auth)
@users.doc(responses=NO_CONTENT | problems(401, 404, 422))
def follow(username: str) -> tuple[str, int]:
    services.follow(db.session(), current_caller(), username)
    db.session.commit()
    return "", 204


@users.delete("/<username:username>/follow")
@users.auth_required(auth)
@users.doc(responses=NO_CONTENT | problems(401, 404))
def unfollow(username: str) -> tuple[str, int]:
    services.unfollow(db.session(), current_caller(), username)
    db.session.commit()
    return "", 204


@administration.get("/users")
@administration.auth_required(auth, roles=["admin"])
@administration.input(UserQuery, location="query", arg_name="query")
@administration.output(Page[Account])
@administration.doc(responses=problems(401, 403, 422))
def list_users(query: UserQuery) -> tuple[Page[Account], Headers]:
    with db.reading() as reader:
        page = admin.list_users(reader, query)
    return page, link_next_page(page.next_cursor)


@administration.patch("/users/<username:username>")
@administration.auth_required(auth, roles=["admin"])
@administration.input(UserChanges, arg_name="body")
@administration.output(Account)
@administration.doc(responses=problems(*BODY_PROBLEMS, 401, 403, 404, 409))
def update_user(username: str, body: UserChanges) -> Account:
    account = admin.update_user(db.session(), current_caller(), username, body)
    db.session.commit()
    return account


def _attempts() -> Attempts:
    return Attempts(db, limiter, caller_address())
