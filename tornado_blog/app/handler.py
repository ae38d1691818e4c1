"""The handler that all others derive from: one lives for each request."""

import json
import logging
from collections.abc import Awaitable
from functools import cached_property
from types import TracebackType
from typing import Any, ClassVar

from pydantic import BaseModel, ValidationError
from tornado.web import HTTPError, RequestHandler

from app.accounts.passwords import Attempts
from app.addresses import client_address
from app.application import Blog
from app.auth import find_current_caller
from app.config import Settings
from app.database import Database
from app.errors import AppError, NotFound, Unavailable
from app.headers import API_POLICY, cors_headers, default_headers
from app.mail import Mail
from app.pagination import Item, Page
from app.paths import PathParts
from app.problems import error_of, problem_headers, problem_of
from app.rate_limits import Limiter
from app.routing import (
    PRIVATE,
    Operation,
    allowed_methods,
    entity_tag,
    link_to_next,
    operation_of,
    read_body,
    read_query,
)

logger = logging.getLogger(__name__)


class Handler(RequestHandler):
    """Refuses each method that is no `@operation`; as it is, it refuses them all."""

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

    @cached_property
    def operation(self) -> Operation:
        method = (self.request.method or "").replace("HEAD", "GET").lower()
        operation = operation_of(getattr(self, method))
        if operation is None:
            raise HTTPError(405)
        return operation

    def set_default_headers(self) -> None:
        """Called at the beginning, and again when a refusal replaces an answer."""
        for name in ("Server", "Content-Type"):
            self.clear_header(name)
        for name, value in default_headers(self.config, self.request.path):
            self.set_header(name, value)
        for name, value in cors_headers(self.config, self.request):
            self.set_header(name, value)
        self.set_header("Content-Security-Policy", self.content_policy)

    def decode_argument(self, value: bytes, name: str | None = None) -> Any:
        """Raises NotFound for a part of the path that nothing is named by."""
        # Idiom: patterns in the routes would see escapes, `%31` for 1. Here they are
        # decoded; Tornado's own answer to what is not UTF-8 would be 400.
        try:
            text = value.decode()
            part = self.path_parts.get(name or "")
            return part.validate_python(text) if part else text
        except (UnicodeDecodeError, ValidationError) as error:
            raise NotFound from error

    # Idiom: `get_current_user` cannot wait for a database; `prepare`, which runs before
    # the method, can. It hands on body and query as Tornado does the parts of the path.
    async def prepare(self) -> None:
        if self.request.method == "OPTIONS":
            return
        operation = self.operation
        self.current_user = await find_current_caller(
            self.request.headers, operation.access, self.config, self.database
        )
        arguments: dict[str, Any] = self.path_kwargs
        if operation.query:
            arguments["query"] = read_query(self.request, operation.query)
        if operation.body:
            arguments["body"] = read_body(self.request, operation.body)
        self.set_status(operation.status)
        if operation.cache:
            self.set_header("Cache-Control", operation.cache)
        if operation.cache == PRIVATE:
            self.add_header("Vary", "Authorization")

    def head(self, *parts: Any, **arguments: Any) -> Awaitable[None] | None:
        """As GET: Tornado leaves the body out."""
        return self.get(*parts, **arguments)

    async def options(self, *_parts: Any, **_arguments: Any) -> None:
        allowed = allowed_methods(type(self))
        if not allowed:
            raise NotFound
        self.set_status(204)
        self.set_header("Allow", ", ".join(allowed))
        for name, value in cors_headers(self.config, self.request, preflight=True):
            self.set_header(name, value)

    def write(self, chunk: str | bytes | dict[str, Any] | BaseModel) -> None:
        # Idiom: Tornado makes JSON of a dict, with spaces and all but ASCII escaped.
        # Models write themselves.
        if isinstance(chunk, str | bytes):
            super().write(chunk)
            return
        if isinstance(chunk, BaseModel):
            text = chunk.model_dump_json()
        else:
            text = json.dumps(chunk, ensure_ascii=False, separators=(",", ":"))
        self.set_header("Content-Type", "application/json")
        super().write(text)

    def write_page(self, page: Page[Item]) -> None:
        """Names the page after this one, which keeps the other parameters."""
        if page.next_cursor:
            self.set_header("Link", link_to_next(self.request, page.next_cursor))
        self.write(page)

    # Idiom: Tornado computes a tag of every answer to GET, compares it with what the
    # caller holds and answers 304. What is left to do is to choose the tag, or none.
    def compute_etag(self) -> str | None:
        return entity_tag(self._write_buffer) if self.operation.cache else None

    def check_etag_header(self) -> bool:
        unchanged = super().check_etag_header()
        if unchanged:
            self.clear_header("Link")  # The caller has it, with the page.
        return unchanged

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

    def write_error(
        self,
        status_code: int,  # noqa: ARG002 - part of the interface
        **kwargs: Any,
    ) -> None:
        """Whatever was raised, here or by Tornado, as a problem."""
        cause = kwargs["exc_info"][1] if "exc_info" in kwargs else None
        error = error_of(cause, allowed_methods(type(self)))
        problem = problem_of(error)
        self.set_status(problem.status, problem.title)
        self.write(problem)
        for name, value in problem_headers(error):
            self.set_header(name, value)
        self.finish()

    def on_finish(self) -> None:
        """The answer is out."""
        self.application.pending.discard(self.request.connection)
        for mail in self.mails:
            self.application.spawn(self.application.mailer.send(mail))


class UnknownHostHandler(Handler):
    """For a `Host` that is not ours."""

    async def prepare(self) -> None:
        self.set_status(400)
        self.set_header("Content-Type", "text/plain; charset=UTF-8")
        self.finish("Unknown host.\n")
