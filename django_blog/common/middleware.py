"""What holds for every request and its answer, whatever the operation."""

import logging
import re
import time
import uuid
from collections.abc import Callable
from functools import cache

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from common import metrics
from common.logs import MEMBERS, current_request_id
from common.paths import is_page

GetResponse = Callable[[HttpRequest], HttpResponse]

API_POLICY = "default-src 'none'; frame-ancestors 'none'"
PAGE_RULES = (
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
PAGES_POLICY = f"default-src 'self'; img-src 'self' https:; {PAGE_RULES}"
DOCS_POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
    f"{PAGE_RULES}"
)
REQUEST_ID = re.compile("[A-Za-z0-9_-]{1,64}")
METHODS = {
    "GET",
    "HEAD",
    "POST",
    "PUT",
    "PATCH",
    "DELETE",
    "OPTIONS",
    "TRACE",
    "CONNECT",
}
ROUTE_PART = re.compile(r"<(?:\w+:)?(\w+)>")
PROBES = {"/healthz", "/readyz"}
WITHOUT_CONTENT = {204, 304}

logger = logging.getLogger(__name__)


class RequestLog:
    """Gives each request an id, and notes its outcome in the log and the metrics."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        request_id = request_id_of(request)
        current_request_id.set(request_id)
        response = self.get_response(request)
        response["X-Request-ID"] = request_id
        note(request, response.status_code, time.perf_counter() - started)
        return response


def request_id_of(request: HttpRequest) -> str:
    given = request.headers.get("X-Request-ID", "")
    return given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex


def note(request: HttpRequest, status: int, seconds: float) -> None:
    method = request.method if request.method in METHODS else "other"
    match = request.resolver_match
    route = _template(match.route) if match else "unmatched"
    metrics.observe(method, route, status, seconds)
    duration = round(seconds * 1000, 1)
    values = dict(zip(MEMBERS, (method, route, status, duration), strict=True))
    logger.info("%s %s %s %s ms", method, route, status, duration, extra=values)


@cache
def _template(route: str) -> str:
    """Django's way to write a path's parts, as OpenAPI writes them."""
    return "/" + ROUTE_PART.sub(r"{\1}", route)


def cookieless_api(get_response: GetResponse) -> GetResponse:
    """Sees to it that no session begins or ends where clients send tokens."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path.startswith("/api/"):
            request.META.pop("HTTP_COOKIE", None)
        return get_response(request)

    return middleware


def public_scheme(get_response: GetResponse) -> GetResponse:
    """Lets Django know that visitors use https, whatever the proxy in front speaks."""
    scheme = "https" if settings.SERVED_OVER_HTTPS else "http"

    def middleware(request: HttpRequest) -> HttpResponse:
        request.META["PUBLIC_SCHEME"] = scheme
        return get_response(request)

    return middleware


def content_length(get_response: GetResponse) -> GetResponse:
    """Tells the length of what GET sends, to HEAD too, whose answer ends there."""

    # Idiom: CommonMiddleware does the former, for 204 as well, which may not have it.
    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.streaming or response.status_code in WITHOUT_CONTENT:
            return response
        response.headers.setdefault("Content-Length", str(len(response.content)))
        if request.method == "HEAD":
            response.content = b""
        return response

    return middleware


def security_headers(get_response: GetResponse) -> GetResponse:
    """Adds what Django's own middleware does not: content policies, and no-store."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", _policy(request.path))
        if not is_page(request.path):
            # Idiom: Django says it of everything; of the API nobody asks.
            response.headers.pop("Cross-Origin-Opener-Policy", None)
        if request.path.startswith("/api/"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    return middleware


def _policy(path: str) -> str:
    if path == "/api/docs":
        return DOCS_POLICY
    return PAGES_POLICY if is_page(path) else API_POLICY


def page_caching(get_response: GetResponse) -> GetResponse:
    """Sees to it that nobody is shown what a cache kept of somebody else's page."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if is_page(request.path) and "Cache-Control" not in response:
            signed_in = request.user.is_authenticated
            response["Cache-Control"] = "no-store" if signed_in else "private, no-cache"
            patch_vary_headers(response, ["Cookie"])
        return response

    return middleware


def origin_of_secret_pages(get_response: GetResponse) -> GetResponse:
    """Takes a form of the page that a mailed link leads to for one of this site."""

    # Idiom: Django looks at `Origin` besides the token. That page sends no referrer,
    # so that its address stays a secret; browsers then say no more than "null".
    def middleware(request: HttpRequest) -> HttpResponse:
        is_secret = request.path.startswith("/password-reset/")
        if is_secret and request.headers.get("Origin") == "null":
            request.META["HTTP_ORIGIN"] = f"{request.scheme}://{request.get_host()}"
        return get_response(request)

    return middleware


def allowed_hosts(get_response: GetResponse) -> GetResponse:
    """Refuses a `Host` that is not ours; probes may address us by number."""

    # Idiom: Django looks at the host when something asks for it; the API never does.
    def middleware(request: HttpRequest) -> HttpResponse:
        try:
            if request.path not in PROBES:
                request.get_host()
        except DisallowedHost:
            return HttpResponse("Unknown host.\n", "text/plain; charset=utf-8", 400)
        return get_response(request)

    return middleware
