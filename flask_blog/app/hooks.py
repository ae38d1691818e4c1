"""Before and after each request: what holds for every answer, whatever the view."""

from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, Response, current_app, request
from werkzeug.exceptions import SecurityError

from app.routing import MAX_BODY_BYTES, read_body

API_POLICY = "default-src 'none'; frame-ancestors 'none'"
DOCS_POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
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
    app.before_request(read_body)
    app.after_request(secure)
    app.wsgi_app = ignore_upgrades(app.wsgi_app)  # type: ignore[method-assign,assignment]  # as Flask documents it


def ignore_upgrades(wsgi_app: WSGIApplication) -> WSGIApplication:
    # Idiom: Werkzeug has a request that would like to become a WebSocket match
    # rules for WebSockets alone. HTTP lets a server ignore the wish.
    def ignoring(
        environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        if environ["PATH_INFO"].startswith("/api/"):
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
    headers = response.headers
    headers.extend(SECURITY_HEADERS)
    if current_app.config["SERVED_OVER_HTTPS"]:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    policy = DOCS_POLICY if request.path == "/api/docs" else API_POLICY
    headers.setdefault("Content-Security-Policy", policy)
    if request.path.startswith("/api/"):
        headers.setdefault("Cache-Control", "no-store")
    if response.status_code in {202, 204}:
        del headers["Content-Type"]  # Flask names one for the body that is not there.
    return response


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
