"""The handler that all others derive from: one lives for each request."""

import logging
from collections.abc import Awaitable, Sequence
from functools import cached_property
from types import TracebackType
from typing import Any, ClassVar

from pydantic import ValidationError
from tornado.web import HTTPError, RequestHandler

from app.accounts.passwords import Attempts
from app.addresses import client_address
from app.application import Blog
from app.config import Settings
from app.database import Database
from app.errors import AppError, NotFound, Unavailable
from app.headers import API_POLICY, cors_headers, default_headers
from app.mail import Mail
from app.paths import PathParts
from app.rate_limits import Limiter
from app.routing import METHODS

logger = logging.getLogger(__name__)


class Handler(RequestHandler):
    """What programs and people are served with alike."""

    application: Blog
    content_policy: ClassVar[str] = API_POLICY
    # What the parts of the path have to be; each handler of an item has a private base
    # that says so, and what cannot be is a path that does not exist.
    path_parts: ClassVar[PathParts] = {}

    @property
    def config(self) -> Settings:
        return self.application.config

    @property
    def database(self) -> Database:
        return self.application.database

    @property
    def limiter(self) -> Limiter:
        return self.application.limiter

    @property
    def address(self) -> str:
        forwarded = self.request.headers.get_list("X-Forwarded-For")
        peer = self.request.remote_ip or ""
        return client_address(peer, forwarded, self.config.trusted_proxies)

    @property
    def attempts(self) -> Attempts:
        return Attempts(self.database, self.limiter, self.address)

    @cached_property
    def mails(self) -> list[Mail]:
        """To be sent when the answer is out."""
        return []

    @classmethod
    def methods(cls) -> Sequence[str]:
        """Those that are served, but for HEAD and OPTIONS."""
        own = (m for m in METHODS if _method(cls, m) is not _method(RequestHandler, m))
        return tuple(own)

    @classmethod
    def allowed_methods(cls) -> Sequence[str]:
        """For `Allow`; none for the path that does not exist."""
        methods = cls.methods()
        head = ("HEAD",) if "GET" in methods else ()
        return (*methods, *head, "OPTIONS") if methods else ()

    def set_default_headers(self) -> None:
        """Called at the beginning, and again when a refusal replaces an answer."""
        for name in ("Server", "Content-Type"):
            self.clear_header(name)
        for name, value in default_headers(self.config, self.request.path):
            self.set_header(name, value)
        for name, value in cors_headers(self.config, self.request):
            self.set_header(name, value)
        self.set_header("Content-Security-Policy", self.content_policy)

    # Idiom: patterns in the routes would see escapes, `%31` for 1. Tornado decodes the
    # parts before `prepare`, and would answer 400 to what is not UTF-8.
    def decode_argument(
        self,
        value: bytes,
        name: str | None = None,  # noqa: ARG002 - part of the interface
    ) -> str:
        return value.decode(errors="replace")

    def read_path(self) -> None:
        """Raises NotFound for a part of the path that nothing is named by."""
        arguments: dict[str, Any] = self.path_kwargs
        try:
            for name, part in self.path_parts.items():
                arguments[name] = part.validate_python(arguments[name])
        except ValidationError as error:
            raise NotFound from error

    def head(self, *parts: Any, **arguments: Any) -> Awaitable[None] | None:
        """As GET: Tornado leaves the body out."""
        return self.get(*parts, **arguments)

    async def options(self, *_parts: Any, **_arguments: Any) -> None:
        allowed = self.allowed_methods()
        if not allowed:
            raise NotFound
        self.set_status(204)
        self.set_header("Allow", ", ".join(allowed))
        for name, value in cors_headers(self.config, self.request, preflight=True):
            self.set_header(name, value)

    def log_exception(
        self,
        typ: type[BaseException] | None,
        value: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        """Refusals are no news; their status is in the line of the request."""
        if isinstance(value, Unavailable):
            cause = value.__cause__ or value
            logger.error("Unavailable: %r", getattr(cause, "orig", cause))
        elif value and typ and not isinstance(value, AppError | HTTPError):
            logger.error("Unexpected error", exc_info=(typ, value, tb))

    def on_finish(self) -> None:
        """The answer is out."""
        self.application.pending.discard(self.request.connection)
        for mail in self.mails:
            self.application.spawn(self.application.mailer.send(mail))


def _method(handler: type[RequestHandler], name: str) -> object:
    return getattr(handler, name.lower())


class UnknownHostHandler(Handler):
    """For a `Host` that is not ours."""

    async def prepare(self) -> None:
        self.set_status(400)
        self.set_header("Content-Type", "text/plain; charset=UTF-8")
        self.finish("Unknown host.\n")
