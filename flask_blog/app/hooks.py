"""Before and after each request: what holds for every answer, whatever the view."""

from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, Response, current_app, request
from werkzeug.exceptions import SecurityError

from app.paths import is_page
from app.routing import MAX_BODY_BYTES, read_body

API_POLICY = "default-src 'none'; frame-ancestors 'none'"
DOCS_POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
PAGES_POLICY = (
    "default-src 'self'; img-src 'self' https:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
SHARED = {
    "Access-Control-Expose-Headers": "ETag, Link, Location, Retry-After, X-Request-ID"
}
PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD, POST, PUT, PATCH, DELETE",
    "Access-Control-Allow-Headers": (
        "Authorization, Content-Type, If-None-Match, X-Request-ID"
    ),
    "Access-Control-Max-Age": "600",
}
PROBES = ("/healthz", "/readyz")


def add_hooks(app: Flask) -> None:
    if app.config["IN_PRODUCTION"]:
        app.before_request(refuse_other_hosts)
    if app.config["CORS_ORIGINS"]:
        app.after_request(share_with_origins)
    # One byte more than a body may have: Flask cuts a chunked one here without a word.
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES + 1
    app.config["MAX_FORM_MEMORY_SIZE"] = MAX_BODY_BYTES + 1
    app.before_request(read_body)
    app.after_request(secure)
    app.wsgi_app = ignore_upgrades(app.wsgi_app)  # type: ignore[method-assign,assignment]  # as Flask documents it


def ignore_upgrades(wsgi_app: WSGIApplication) -> WSGIApplication:
    # Idiom: Werkzeug has a request that would like to become a WebSocket match
    # rules for WebSockets alone. Elsewhere HTTP lets a server ignore the wish.
    def ignoring(
        environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        if not environ["PATH_INFO"].startswith("/ws/"):
            environ.pop("HTTP_UPGRADE", None)
        return wsgi_app(environ, start_response)

    return ignoring


def refuse_other_hosts() -> None:
    # Idiom: TRUSTED_HOSTS does this too, but also refuses the probes, which address us
    # by number.
    host = request.host.rsplit(":", 1)[0].lower()
    if request.path not in PROBES and host not in current_app.config["HOSTS"]:
        raise SecurityError


def secure(response: Response) -> Response:
    for name, value in _security_headers(request.path).items():
        response.headers.setdefault(name, value)
    if response.status_code in {202, 204}:
        # Flask names one for the body that is not there.
        del response.headers["Content-Type"]
    return response


def _security_headers(path: str) -> dict[str, str]:
    """What an answer gets unless it says otherwise itself."""
    headers = {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "X-Frame-Options": "DENY",
        "Content-Security-Policy": PAGES_POLICY if is_page(path) else API_POLICY,
    }
    if current_app.config["SERVED_OVER_HTTPS"]:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    if is_page(path):
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
    if path.startswith("/api/"):
        headers["Cache-Control"] = "no-store"
    if path == "/api/docs":
        headers["Content-Security-Policy"] = DOCS_POLICY
    return headers


def share_with_origins(response: Response) -> Response:
    # Idiom: Flask-CORS compares origins without case and as patterns, and tells caches
    # nothing when there is only one. Flask answers OPTIONS: a preflight adds to that.
    if not request.path.startswith("/api/"):
        return response
    response.vary.add("Origin")
    origin = request.headers.get("Origin", "")
    if origin in current_app.config["CORS_ORIGINS"]:
        is_preflight = "Access-Control-Request-Method" in request.headers
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers.update(PREFLIGHT if is_preflight else SHARED)
    return response
