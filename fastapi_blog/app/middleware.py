"""ASGI middleware: what holds for every answer, whatever the operation."""

import logging

from fastapi import FastAPI, Request, Response
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.config import Settings
from app.errors import AppError
from app.logs import RequestLog
from app.problems import error_response
from app.sessions import PageSessions

API_POLICY = "default-src 'none'; frame-ancestors 'none'"
DOCS_POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
PAGES_POLICY = (
    "default-src 'self'; img-src 'self' https:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
EXPOSED_HEADERS = ("ETag", "Link", "Location", "Retry-After", "X-Request-ID")
REQUEST_HEADERS = ("Authorization", "Content-Type", "If-None-Match", "X-Request-ID")
PROBES = {"/healthz", "/readyz"}
FOR_MACHINES = PROBES | {"/metrics"}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")

logger = logging.getLogger(__name__)


def add_middleware(app: FastAPI, settings: Settings) -> None:
    """From the inside out: what is added last sees a request first."""
    app.add_middleware(LastResort)
    app.add_middleware(HeadAsGet)
    app.add_middleware(PageSessions, settings=settings)
    if settings.in_production:
        app.add_middleware(AllowedHosts, hosts=settings.hosts)
    if settings.cors_origins:
        app.add_middleware(
            Cors,
            allow_origins=settings.cors_origins,
            allow_methods=METHODS,
            allow_headers=REQUEST_HEADERS,
            expose_headers=EXPOSED_HEADERS,
            max_age=600,
        )
    app.add_middleware(SecurityHeaders, https=settings.served_over_https)
    app.add_middleware(RequestLog)


class SecurityHeaders:
    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self.app = app
        self.https = https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        path = scope["path"]

        async def send_secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=[*message["headers"]])
                for name, value in _security_headers(path, https=self.https).items():
                    headers.setdefault(name, value)
                if message["status"] in {202, 204}:
                    # FastAPI names one for the body that is not there.
                    del headers["Content-Type"]
                message = {**message, "headers": headers.raw}
            await send(message)

        await self.app(scope, receive, send_secured)


def _security_headers(path: str, *, https: bool) -> dict[str, str]:
    """What an answer gets unless it says otherwise itself."""
    headers = {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "X-Frame-Options": "DENY",
        "Content-Security-Policy": PAGES_POLICY,
    }
    if https:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    if path in FOR_MACHINES or path.startswith("/api/"):
        headers["Content-Security-Policy"] = API_POLICY
    else:
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
    if path.startswith("/api/"):
        headers["Cache-Control"] = "no-store"
    if path == "/api/docs":
        headers["Content-Security-Policy"] = DOCS_POLICY
    return headers


class Cors(CORSMiddleware):
    # Idiom: Starlette would refuse the preflight of a foreign origin in plain text, and
    # expose header fields to origins that may not read the answer.
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith("/api/"):
            await super().__call__(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    def preflight_response(self, request_headers: Headers) -> Response:
        response = super().preflight_response(request_headers)
        if response.status_code == 400:
            return Response(status_code=204, headers={"Vary": "Origin"})
        return response

    async def send(
        self, message: Message, send: Send, request_headers: Headers
    ) -> None:
        if self.is_allowed_origin(request_headers.get("Origin", "")):
            await super().send(message, send, request_headers)
        else:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).add_vary_header("Origin")
            await send(message)


class AllowedHosts:
    """Refuses a `Host` that is not ours; probes may address us by number."""

    def __init__(self, app: ASGIApp, *, hosts: frozenset[str]) -> None:
        self.app = app
        self.hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refused = scope["type"] != "lifespan" and not self._is_allowed(scope)
        app = PlainTextResponse("Unknown host.\n", 400) if refused else self.app
        await app(scope, receive, send)

    def _is_allowed(self, scope: Scope) -> bool:
        host = Headers(scope=scope).get("host", "").lower()
        name = host.removesuffix("]").rpartition(":")[0] or host
        return scope["path"] in PROBES or host in self.hosts or name in self.hosts


class HeadAsGet:
    # Idiom: FastAPI answers HEAD with 405; to declare it on each route would double the
    # operation ids of the OpenAPI document.
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return
        get_scope = {**scope, "method": "GET"}

        async def send_without_body(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            elif "route" in get_scope:
                scope["route"] = get_scope["route"]  # for the log
            await send(message)

        await self.app(get_scope, receive, send_without_body)


class LastResort:
    """Logs what nobody expected, and tells the client nothing of it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def send_noting_start(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self.app(scope, receive, send_noting_start)
        except Exception:
            if scope["type"] != "http" or started:
                raise
            logger.exception("Unexpected error")
            response = await error_response(Request(scope, receive), AppError())
            await response(scope, receive, send)
