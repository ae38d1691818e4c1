"""Django under an ASGI server: requests in a few threads, bodies within bounds."""

from asyncio import CancelledError
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from io import BytesIO
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.core import signals
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, ASGIRequest, get_script_prefix
from django.http.response import HttpResponseBase
from django.urls import set_script_prefix

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]

THREADS = 8  # Each keeps a connection to the database, which has a hundred or so.
LONGEST_BODY = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
LONGEST_READ = 8 * 1_048_576


class Utf8Request(ASGIRequest):
    # Idiom: Django decodes even the query as `Content-Type` says, and fails before any
    # code of ours runs when that is "text/plain; charset=base64".
    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        """Reads no parameters: every text is UTF-8."""
        self.content_type = (
            meta.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
        )
        self.content_params = {}


class Handler(ASGIHandler):
    # Idiom: under ASGI Django runs each request in a new thread, with a new connection
    # to the database, as many at once as come. Here a few threads keep theirs, and a
    # request is one call in one of them, from the first middleware to the last.
    request_class = Utf8Request

    def __init__(self) -> None:
        super().__init__()
        self.threads = ThreadPoolExecutor(THREADS, thread_name_prefix="request")

    def load_middleware(self, is_async: bool = True) -> None:  # noqa: FBT001, FBT002 - as Django says it
        super().load_middleware(is_async=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # Raised when the client has gone, and when the server waits no longer.
        with suppress(RequestAborted, CancelledError):
            await self._answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        length = int(dict(scope["headers"]).get(b"content-length", 0))
        body = await _read(receive) if length <= LONGEST_BODY else b""
        response = await self._in_thread(self._respond, scope, body)
        if length > LONGEST_READ:
            response["Connection"] = "close"  # The rest would take too long.
        try:
            await self.send_response(response, send)
        finally:
            await self._in_thread(response.close)

    async def _in_thread(self, call: Callable[..., Any], *args: Any) -> Any:
        in_thread = sync_to_async(call, thread_sensitive=False, executor=self.threads)
        return await in_thread(*args)

    def _respond(self, scope: Scope, body: bytes) -> HttpResponseBase | None:
        set_script_prefix(get_script_prefix(scope))
        signals.request_started.send(sender=self.__class__, scope=scope)
        request, refusal = self.create_request(_with_length(scope, body), BytesIO(body))
        return self.get_response(request) if request else refusal


async def _read(receive: Receive) -> bytes:
    """Reads no further than to the first byte too many."""
    body, more = bytearray(), True
    while more and len(body) <= LONGEST_BODY:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise RequestAborted
        body += message["body"]
        more = message["more_body"]
    return bytes(body)


def _with_length(scope: Scope, body: bytes) -> Scope:
    # Idiom: Django asks the header how long a body is, and takes one in chunks, which
    # has none, for empty.
    if b"content-length" in dict(scope["headers"]):
        return scope
    length = (b"content-length", str(len(body)).encode())
    return {**scope, "headers": [*scope["headers"], length]}
