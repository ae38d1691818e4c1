"""The browser's side of a session: one signed cookie, and who it stands for."""

from typing import NoReturn

from flask import Flask, Request, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_login import (
    AnonymousUserMixin,
    UserMixin,
    current_user,
    login_user,
    logout_user,
)

from app.accounts.models import User
from app.accounts.sessions import SESSION_LIFETIME, find_session_caller
from app.accounts.users import Caller
from app.errors import NotAuthenticated
from app.extensions import csrf, db, login_manager
from app.paths import has_session

# Browsers give a cookie to every port of a host: blogs that run side by side on one
# machine need names of their own.
COOKIE_NAME = "flask_session"


class PageSessions(SecureCookieSessionInterface):
    # Idiom: Flask opens a session for every request, and Flask-Login looks into it
    # after each, so that everything would vary by cookie. For None Flask has a null
    # session, which holds nothing and takes nothing.
    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        return super().open_session(app, request) if has_session(request.path) else None


class Visitor(UserMixin):  # type: ignore[misc]  # Flask-Login is not annotated
    # Idiom: Flask-Login keeps a user's id in the signed cookie, and nobody can end
    # that. What it takes for the id is here a token that the database knows.
    def __init__(self, token: str, caller: Caller) -> None:
        self.token = token
        self.caller = caller

    def get_id(self) -> str:
        return self.token


class Stranger(AnonymousUserMixin):  # type: ignore[misc]  # likewise
    caller = None


def add_sessions(app: Flask) -> None:
    https = app.config["SERVED_OVER_HTTPS"]
    app.config.from_mapping(
        SESSION_COOKIE_NAME=f"__Host-{COOKIE_NAME}" if https else COOKIE_NAME,
        SESSION_COOKIE_SECURE=https,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,  # It lasts no longer than its row.
        PERMANENT_SESSION_LIFETIME=SESSION_LIFETIME,
        SESSION_PROTECTION=None,  # It would tell networks apart, not people.
        WTF_CSRF_TIME_LIMIT=None,  # A long post takes longer than the hour by default.
        WTF_CSRF_HEADERS=(),
        WTF_CSRF_SSL_STRICT=False,  # The page of a mailed link sends no referrer.
    )
    app.session_interface = PageSessions()
    login_manager.anonymous_user = Stranger
    # Feeds are templates too: to ask who is there is left to what shows it.
    login_manager.init_app(app, add_context_processor=False)
    csrf.init_app(app)


@login_manager.user_loader  # type: ignore[untyped-decorator]  # likewise
def find_visitor(token: str) -> Visitor | None:
    """Gives its connection back at once: a request never holds two."""
    with db.reading() as reader:
        caller = find_session_caller(reader, token)
    return Visitor(token, caller) if caller else None


@login_manager.unauthorized_handler  # type: ignore[untyped-decorator]  # likewise
def refuse_stranger() -> NoReturn:
    """The page of this error sends to the sign-in, as for who vanished meanwhile."""
    raise NotAuthenticated


def sign_in(token: str, user: User) -> None:
    """Everything else goes, so that nothing known before is of use afterwards."""
    session.clear()
    session.permanent = True
    caller = Caller(user.id, user.username, user.email, user.role, user.token_version)
    login_user(Visitor(token, caller))


def sign_out() -> None:
    logout_user()
    session.clear()


def session_token() -> str:
    return current_user.get_id() or ""


def visitor() -> Caller | None:
    caller: Caller | None = current_user.caller
    return caller


def signed_in() -> Caller:
    """Of a view with `@login_required`, which lets nobody else in."""
    caller: Caller = current_user.caller
    return caller
