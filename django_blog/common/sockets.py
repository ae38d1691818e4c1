"""What holds for every handshake, as `middleware.py` says it for requests."""

import time
from collections.abc import Sequence
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from channels.routing import URLRouter
from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.db import InterfaceError, OperationalError
from django.urls import ResolverMatch, URLPattern

from common.handler import Receive, Scope, Send, Utf8Request
from common.logs import current_request_id
from common.middleware import note, request_id_of
from common.problems import translate

REFUSALS = {
    400: b"Unknown host.\n",
    403: b"Not from there.\n",
    404: b"There is no socket at this address.\n",
    503: b"Try again in a moment.\n",
}


class Handshakes:
    """Refuses what is not for us or comes from elsewhere, and notes the outcome."""

    def __init__(self, routes: Sequence[URLPattern]) -> None:
        self.routes = routes
        self.sockets = URLRouter(routes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        request = Utf8Request({**scope, "method": "GET"}, BytesIO())
        request.resolver_match = self._match(scope["path"])
        current_request_id.set(request_id_of(request))

        async def send_and_note(message: Any) -> None:
            if status := _status_of(message):
                note(request, status, time.perf_counter() - started)
            await send(message)

        if status := refusal_of(request):
            await _refuse(status, send_and_note)
            return
        try:
            await self.sockets(scope, receive, send_and_note)
        except (OperationalError, InterfaceError) as error:
            translate(error)  # notes it
            await _refuse(503, send_and_note)

    def _match(self, path: str) -> ResolverMatch | None:
        matches = (route.resolve(path.removeprefix("/")) for route in self.routes)
        return next(filter(None, matches), None)


def refusal_of(request: Utf8Request) -> int | None:
    """The status of a handshake that is not taken."""
    try:
        host = request.get_host()
    except DisallowedHost:
        return 400
    if not is_allowed_origin(request.headers.get("Origin"), host):
        return 403
    return None if request.resolver_match else 404


# Idiom: OriginValidator of Channels compares with ALLOWED_HOSTS, whatever the port, and
# takes nobody without an origin, as programs are.
def is_allowed_origin(origin: str | None, host: str) -> bool:
    """Whether a browser shows a page of ours, or of those who may call the API."""
    if origin is None:
        return True
    public = urlsplit(settings.PUBLIC_URL or "")
    known = [f"{public.scheme}://{public.netloc}", *settings.CORS_ALLOWED_ORIGINS]
    origin = origin.lower()
    return origin.endswith(f"://{host.lower()}") or origin in map(str.lower, known)


def _status_of(message: Any) -> int | None:
    if message["type"] == "websocket.accept":
        return 101
    status: int | None = message.get("status")
    return status


async def _refuse(status: int, send: Send) -> None:
    text = (b"content-type", b"text/plain; charset=utf-8")
    start = {"type": "websocket.http.response.start", "headers": [text]}
    await send({**start, "status": status})
    await send({"type": "websocket.http.response.body", "body": REFUSALS[status]})
