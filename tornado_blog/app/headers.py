"""Header fields that every answer carries, whatever the operation."""

from collections.abc import Iterator

from tornado.httputil import HTTPServerRequest

from app.config import Settings
from app.logs import current_request_id

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
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
MAX_AGE_SECONDS = 600

Fields = Iterator[tuple[str, str]]


def default_headers(settings: Settings, path: str) -> Fields:
    yield "X-Request-ID", current_request_id.get()
    yield "X-Content-Type-Options", "nosniff"
    yield "Referrer-Policy", "same-origin"
    yield "X-Frame-Options", "DENY"
    if settings.served_over_https:
        yield "Strict-Transport-Security", "max-age=31536000"
    if path.startswith("/api/"):
        yield "Cache-Control", "no-store"


def cors_headers(
    settings: Settings, request: HTTPServerRequest, *, preflight: bool = False
) -> Fields:
    if not settings.cors_origins or not request.path.startswith("/api/"):
        return
    yield "Vary", "Origin"
    origin = request.headers.get("Origin", "")
    if origin not in settings.cors_origins:
        return
    yield "Access-Control-Allow-Origin", origin
    if not preflight:
        yield "Access-Control-Expose-Headers", ", ".join(EXPOSED_HEADERS)
    elif "Access-Control-Request-Method" in request.headers:
        yield "Access-Control-Allow-Methods", ", ".join(METHODS)
        yield "Access-Control-Allow-Headers", ", ".join(REQUEST_HEADERS)
        yield "Access-Control-Max-Age", str(MAX_AGE_SECONDS)
