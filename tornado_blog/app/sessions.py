"""The browser's side of a session: signed cookies, and who they stand for."""

import json
from typing import Any

from app.accounts.sessions import SESSION_LIFETIME, find_session_caller
from app.accounts.users import Caller
from app.config import Settings
from app.handler import Handler

# Browsers give a cookie to every port of a host: blogs that run side by side on one
# machine need names of their own.
SESSION = "tornado_session"
MESSAGES = "tornado_messages"
XSRF = "tornado_xsrf"
SIGNED_VERSION = 2  # The first is of SHA-1, and Tornado takes it still.
MOST_MESSAGES = 3  # A cookie has room for 4 kB.


def cookie_name(settings: Settings, name: str) -> str:
    return f"__Host-{name}" if settings.served_over_https else name


def cookie_flags(settings: Settings) -> dict[str, Any]:
    https = settings.served_over_https
    return {"httponly": True, "samesite": "Lax", "secure": https}


def cookie_settings(settings: Settings) -> dict[str, Any]:
    """What the application tells Tornado; by default a token would last a month."""
    return {
        "cookie_secret": settings.cookie_key,
        "xsrf_cookie_name": cookie_name(settings, XSRF),
        "xsrf_cookie_kwargs": {**cookie_flags(settings), "expires_days": None},
    }


class SessionHandler(Handler):
    # Idiom: Tornado has signed cookies and no sessions. A signed cookie alone is one
    # that nobody can end, so what is in it is a token that the database knows.

    async def find_visitor(self) -> Caller | None:
        """Looks the caller up on its own: a request never holds two connections."""
        if not self.session_token:
            return None
        async with self.database.reading() as reader:
            return await find_session_caller(reader, self.session_token)

    @property
    def session_token(self) -> str:
        return self._read_cookie(SESSION)

    def sign_in(self, token: str) -> None:
        """The proof of origin goes, so that none of before is of use afterwards."""
        self._set_cookie(SESSION, token)
        self._clear_cookie(XSRF)

    def sign_out(self) -> None:
        self._clear_cookie(SESSION)
        self._clear_cookie(XSRF)

    def add_message(self, message: str) -> None:
        """For the next page."""
        messages = [*self._waiting_messages(), message][-MOST_MESSAGES:]
        self._set_cookie(MESSAGES, json.dumps(messages, ensure_ascii=False))

    def take_messages(self) -> list[str]:
        messages = self._waiting_messages()
        if messages:
            self._clear_cookie(MESSAGES)
        return messages

    def _waiting_messages(self) -> list[str]:
        messages: list[str] = json.loads(self._read_cookie(MESSAGES) or "[]")
        return messages

    def _read_cookie(self, name: str) -> str:
        """Empty for a cookie that is not there, not ours or too old."""
        value = self.get_signed_cookie(
            cookie_name(self.config, name),
            max_age_days=SESSION_LIFETIME.days,
            min_version=SIGNED_VERSION,
        )
        return value.decode() if value else ""

    def _set_cookie(self, name: str, value: str) -> None:
        self.set_signed_cookie(
            cookie_name(self.config, name),
            value,
            expires_days=SESSION_LIFETIME.days,
            **cookie_flags(self.config),
        )

    def _clear_cookie(self, name: str) -> None:
        self.clear_cookie(cookie_name(self.config, name), **cookie_flags(self.config))
