"""The rules of every answer outside `/api/`: header fields, caching, cookies."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from quintet_conformance.contract import REQUEST_ID, SECURITY_HEADERS, media_type
from quintet_conformance.web.visit import Visit

PAGE_SECURITY = (
    "default-src 'self'; img-src 'self' https:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
RESET_LINK = re.compile(r"/password-reset/[A-Za-z0-9_-]{43}")
NO_STORE = {"no-store"}
FOR_VISITORS = {"private", "no-cache"}
REDIRECTS = frozenset({302, 303})


def faults_of_answer(visit: Visit) -> Iterator[str]:
    yield from _faults_of_status(visit)
    yield from _faults_of_security(visit)
    yield from _faults_of_cookies(visit)
    if 300 <= visit.status < 400 and visit.status != 304:
        yield from _faults_of_redirect(visit)
    if visit.method == "HEAD" and visit.response.content:
        yield "an answer to HEAD has no content"
    if visit.is_page:
        yield from _faults_of_page_headers(visit)


def caching_of(visit: Visit) -> set[str]:
    field = visit.response.headers.get("Cache-Control", "")
    return {part.strip().lower() for part in field.split(",") if part.strip()}


def _faults_of_status(visit: Visit) -> Iterator[str]:
    if visit.status >= 500:
        yield f"no request is answered {visit.status}"
    if b"Traceback (most recent call last)" in visit.response.content:
        yield "the answer shows a traceback"
    if visit.status >= 400 and not visit.is_page:
        yield f"a refusal is a page of the site, not {media_type(visit.response)!r}"


def _faults_of_security(visit: Visit) -> Iterator[str]:
    headers = visit.response.headers
    expected = dict(SECURITY_HEADERS)
    if visit.path.startswith("/password-reset/"):
        is_link = visit.status in {200, 422} and RESET_LINK.fullmatch(visit.path)
        if is_link or headers.get("Referrer-Policy") == "no-referrer":
            expected["Referrer-Policy"] = "no-referrer"
    if visit.is_secure:
        expected["Strict-Transport-Security"] = "max-age=31536000"
    for name, value in expected.items():
        if headers.get(name) != value:
            yield f"the header {name} should be {value!r}, is {headers.get(name)!r}"
    if not REQUEST_ID.fullmatch(headers.get("X-Request-ID", "")):
        yield "X-Request-ID should be 1 to 64 of A-Za-z0-9-_"
    if re.search(r"[0-9]", headers.get("Server", "")):
        yield f"the header Server tells a version: {headers['Server']!r}"


def _faults_of_cookies(visit: Visit) -> Iterator[str]:
    for cookie in visit.cookies:
        for fault in cookie.faults(is_secure=visit.is_secure):
            yield f"the cookie {cookie.name} {fault}"
    if not visit.cookies:
        return
    if not visit.is_page and visit.status not in REDIRECTS:
        yield f"{visit.path} sets a cookie and is no page"
    elif visit.method == "GET" and not visit.had_cookies and visit.is_page:
        yield from _faults_of_first_cookies(visit)


def _faults_of_first_cookies(visit: Visit) -> Iterator[str]:
    if not any(form.method == "post" for form in visit.forms):
        yield "a page without a form sets a cookie for a visitor"


def _faults_of_redirect(visit: Visit) -> Iterator[str]:
    if visit.status not in REDIRECTS:
        yield f"a redirect is 303 or 302, not {visit.status}"
    place = visit.response.headers.get("Location", "")
    host = urlsplit(place).netloc
    if not place or (host and host not in visit.own_hosts):
        yield f"a redirect leads to a place of the site, not {place!r}"


def _faults_of_page_headers(visit: Visit) -> Iterator[str]:
    headers = visit.response.headers
    if headers["Content-Type"].lower().replace(" ", "") != "text/html;charset=utf-8":
        yield f"the media type should say UTF-8, is {headers['Content-Type']!r}"
    for name, value in (
        ("Content-Security-Policy", PAGE_SECURITY),
        ("Cross-Origin-Opener-Policy", "same-origin"),
    ):
        if headers.get(name) != value:
            yield f"the header {name} should be {value!r}, is {headers.get(name)!r}"
    if visit.method != "HEAD":
        yield from _faults_of_caching(visit)


def _faults_of_caching(visit: Visit) -> Iterator[str]:
    found = caching_of(visit)
    is_reset = visit.path.startswith("/password-reset/")
    if visit.is_signed_in or (is_reset and visit.status in {200, 422}):
        if found != NO_STORE:
            yield f"Cache-Control should be no-store, is {sorted(found)}"
    elif found != FOR_VISITORS and not is_reset:
        yield f"Cache-Control should be private, no-cache, is {sorted(found)}"
    vary = visit.response.headers.get("Vary", "").lower()
    if found != NO_STORE and "cookie" not in re.split(r"\s*,\s*", vary):
        yield f"Vary should name Cookie, is {vary!r}"
