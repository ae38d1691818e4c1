"""Before and after each request: what holds for every answer, whoever gives it."""

from sanic.response import BaseHTTPResponse, HTTPResponse, text

from app.config import Settings
from app.paths import is_page
from app.request import App, Request

API_POLICY = "default-src 'none'; frame-ancestors 'none'"
DOCS_POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
PAGES_POLICY = (
    "default-src 'self'; img-src 'self' https:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
EXPOSED_HEADERS = ("ETag", "Link", "Location", "Retry-After", "X-Request-ID")
REQUEST_HEADERS = ("Authorization", "Content-Type", "If-None-Match", "X-Request-ID")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
SHARED = {"Access-Control-Expose-Headers": ", ".join(EXPOSED_HEADERS)}
PREFLIGHT = {
    "Access-Control-Allow-Methods": ", ".join(METHODS),
    "Access-Control-Allow-Headers": ", ".join(REQUEST_HEADERS),
    "Access-Control-Max-Age": "600",
}
PROBES = {"/healthz", "/readyz"}


def add_middleware(app: App, settings: Settings) -> None:
    """From the outside in: what is added first sees an answer last."""
    app.register_middleware(secure, "response")
    if settings.cors_origins:
        app.register_middleware(share_with_origins, "response")
    if settings.in_production:
        app.register_middleware(refuse_other_hosts, "request")


async def secure(request: Request, response: BaseHTTPResponse) -> None:
    """What an answer gets unless it says otherwise itself."""
    is_https = request.app.ctx.settings.served_over_https
    for name, value in _security_headers(request.path, https=is_https).items():
        response.headers.setdefault(name, value)


def _security_headers(path: str, *, https: bool) -> dict[str, str]:
    headers = {**SECURITY_HEADERS, "Content-Security-Policy": API_POLICY}
    if https:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    if is_page(path):
        headers["Content-Security-Policy"] = PAGES_POLICY
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
    if path == "/api/docs":
        headers["Content-Security-Policy"] = DOCS_POLICY
    if path.startswith("/api/"):
        headers["Cache-Control"] = "no-store"
    return headers


async def share_with_origins(request: Request, response: BaseHTTPResponse) -> None:
    # Idiom: sanic-ext would answer a request without an origin as if it had the first,
    # overwrite `Vary`, and leave it out for origins that may not read the answer.
    if not request.path.startswith("/api/"):
        return
    headers = response.headers
    varies = [headers["Vary"]] if "Vary" in headers else []
    headers["Vary"] = ", ".join([*varies, "Origin"])
    origin = request.headers.get("origin", "")
    if origin in request.app.ctx.settings.cors_origins:
        headers["Access-Control-Allow-Origin"] = origin
        is_preflight = "access-control-request-method" in request.headers
        headers.update(PREFLIGHT if is_preflight else SHARED)


async def refuse_other_hosts(request: Request) -> HTTPResponse | None:
    """Lets probes through, which may address us by number."""
    hosts = request.app.ctx.settings.hosts
    host = request.headers.get("host", "").lower()
    name = host.removesuffix("]").rpartition(":")[0] or host
    if request.path in PROBES or host in hosts or name in hosts:
        return None
    return text("Unknown host.\n", 400)
