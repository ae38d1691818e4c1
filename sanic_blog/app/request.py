"""The request as handlers see it: typed, and with what belongs to it at hand."""

import asyncio
import re
import time
import uuid
from collections.abc import AsyncIterator, Mapping
from functools import cached_property
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import parse_qs

import sanic
from sanic import Sanic
from sanic.config import Config
from sanic.http import Http
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.accounts.users import Caller
from app.addresses import client_address
from app.background import Background
from app.config import Settings
from app.database import Database
from app.errors import ContentTooLarge, MalformedJson, NotAuthenticated
from app.live import Live
from app.mail import Mail, Mailer
from app.rate_limits import Limiter

MAX_BODY_BYTES = 1_048_576
MOST_DISCARDED = 8 * MAX_BODY_BYTES
PATIENCE_SECONDS = 30  # less than Sanic's RESPONSE_TIMEOUT, which would make it a 503
FORM = "application/x-www-form-urlencoded"
MOST_FIELDS = 1000
MEDIA_TYPES = {  # of the methods that take a body
    "POST": ("application/json",),
    "PATCH": ("application/json", "application/merge-patch+json"),
}
REQUEST_ID = re.compile("[A-Za-z0-9_-]{1,64}")


class Context(SimpleNamespace):
    """What the application has: the settings, and what is open while it runs."""

    settings: Settings
    live: Live
    database: Database
    limiter: Limiter
    mailer: Mailer
    background: Background


class RequestContext(SimpleNamespace):
    """What a request has; middleware and the decorators of its handler set it."""

    viewer: Caller | None = None  # who asks, when that is known
    reader: AsyncConnection  # in a handler that is @reading
    session: AsyncSession  # in a handler that is @writing
    cookie: dict[str, Any]  # of a page: what the browser keeps, see sessions.py
    post_id: int | None  # of a handshake: the published post, see blog/live.py

    def __init__(self) -> None:
        super().__init__()
        self.headers: dict[str, str] = {}  # for the answer
        self.mails: list[Mail] = []  # for when the transaction is over

    @property
    def caller(self) -> Caller:
        """Who asks, in a handler that is @protected."""
        if self.viewer is None:
            raise NotAuthenticated
        return self.viewer


App = Sanic[Config, Context]


class Request(sanic.Request[App, RequestContext]):
    # Idiom: to answer a head that it could not read, Sanic makes up a request, of the
    # same address if it got that far; a bad one would raise the same exception again.
    def __init__(self, *arguments: Any, **named: Any) -> None:
        self.is_made_up = named.get("method") == "NONE" and "head" not in named
        if self.is_made_up:
            named["url_bytes"] = b"*"
        super().__init__(*arguments, **named)
        self.started = time.perf_counter()

    @staticmethod
    def make_context() -> RequestContext:
        return RequestContext()

    # Idiom: Sanic's own `id` makes a number or a UUID of what looks like one, and takes
    # any other text as it is.
    @property
    def id(self) -> str:
        """The caller's id of the request if it will do, else a new one."""
        if self._id is None:
            given = self.headers.getone("x-request-id", "").strip()
            self._id = given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
        return str(self._id)

    @property
    def address(self) -> str:
        """Whom the request counts for; other forwarding headers are not looked at."""
        forwarded = self.headers.getall("x-forwarded-for", [])
        return client_address(self.ip, forwarded, self.app.ctx.settings.trusted_proxies)

    @property
    def public_url(self) -> str:
        """From the settings or the socket, never from the `Host` of a client."""
        port = self.conn_info.server_port if self.conn_info else 0
        return self.app.ctx.settings.public_url or f"http://127.0.0.1:{port}"

    # Idiom: what it cannot read Sanic's own `form` takes for an empty form, and writes
    # into the log as a fault of the server; and it reads fields without number. No form
    # here sends files, for which there is the other media type.
    @cached_property
    def typed(self) -> Mapping[str, str]:
        """The fields of a form; raises MalformedJson for what is none."""
        media_type = self.content_type.partition(";")[0].strip().lower()
        body = self.body if media_type == FORM else b""
        try:
            fields = parse_qs(body.decode(), max_num_fields=MOST_FIELDS)
        except ValueError as error:
            raise MalformedJson from error
        return {name: values[0] for name, values in fields.items()}

    # Idiom: Sanic has one limit for all bodies, also for those nobody asked for, and
    # breaks the connection off behind it. Here the answer comes first; then Sanic reads
    # on, up to its own limit, so that who still sends gets to see the answer.
    async def receive_body(self) -> None:
        """Has the whole body, or refuses it; Sanic calls this before the handler."""
        is_wanted = self.method in MEDIA_TYPES
        if is_wanted and int(self.headers.get("content-length", 0)) > MAX_BODY_BYTES:
            raise ContentTooLarge
        pieces, size = [], 0
        async for piece in self._patiently():
            size += len(piece)
            if is_wanted and size > MAX_BODY_BYTES:
                raise ContentTooLarge
            if is_wanted:
                pieces.append(piece)
        self.body = b"".join(pieces)

    async def _patiently(self) -> AsyncIterator[bytes]:
        """The pieces of the body; raises MalformedJson when one fails to come."""
        stream = cast("Http", self.stream)
        while stream.request_body:
            try:
                async with asyncio.timeout(PATIENCE_SECONDS):
                    piece = await stream.read()
            except TimeoutError as error:
                raise MalformedJson from error
            if piece:
                yield piece
