"""Every response that a test receives is held against the contract, by these rules."""

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from typing import Any

import httpx

from quintet_conformance.exchanges import Exchange, as_curl, as_text
from quintet_conformance.openapi import Document, Operation, ResponseRule
from quintet_conformance.problems import faults_of_problem, faults_of_problem_headers

API = "/api/"
DOCS = "/api/docs"
CONTENT_SECURITY = "default-src 'none'; frame-ancestors 'none'"
SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
NEXT = re.compile(r'</api/v1/[^>]*>; rel="next"')
ETAG = re.compile(r'"[A-Za-z0-9_-]{22}"')
REFUSED_BY_SERVER = frozenset({400, 405, 413, 414, 417, 431, 501})
PROBLEM = "application/problem+json"

Json = Any


class ContractViolationError(AssertionError):
    """A response breaks a rule that holds for all responses."""


class Contract:
    """The rules of the OpenAPI document and those that hold everywhere under /api."""

    def __init__(self, document: Document) -> None:
        self.document = document

    def identify(self, response: httpx.Response) -> Exchange:
        path = _path_of(response)
        return Exchange(response, self.document.find(response.request.method, path))

    def check(self, exchange: Exchange, *, server_may_refuse: bool = False) -> None:
        """Raise with all that is wrong with the response."""
        response, path = exchange.response, _path_of(exchange.response)
        if not path.startswith(API) or (server_may_refuse and _by_server(response)):
            return
        faults = list(self._faults(response, exchange.operation, path))
        if faults:
            raise ContractViolationError(_describe(faults, response))

    def _faults(
        self, response: httpx.Response, operation: Operation | None, path: str
    ) -> Iterator[str]:
        yield from _faults_of_every_response(response, path)
        rule = operation.response(response.status_code) if operation else None
        if operation and rule is None:
            known = sorted({*operation.responses, *operation.shared_responses})
            yield f"{operation.id} does not answer {response.status_code}, only {known}"
        if rule:
            yield from self._faults_of_documented(response, rule)
        documents_etag = rule is not None and any(
            header.name.lower() == "etag" for header in rule.headers
        )
        if not (path.startswith(DOCS) or _is_preflight(response.request)):
            yield from _faults_of_caching(response, documents_etag=documents_etag)
        if response.status_code >= 400:
            yield from _faults_of_refusal(response)
        elif response.request.method == "OPTIONS":
            yield from _faults_of_options(response)

    def _faults_of_documented(
        self, response: httpx.Response, rule: ResponseRule
    ) -> Iterator[str]:
        for header in rule.headers:
            value = response.headers.get(header.name)
            if value is None and header.required:
                yield f"the header {header.name} is missing"
            elif value is not None:
                yield from self._faults_of_header(header.name, value, header.schema)
        yield from self._faults_of_body(response, rule.media_types)

    def _faults_of_header(
        self, name: str, value: str, schema: dict[str, Json]
    ) -> Iterator[str]:
        resolved = self.document.resolve(schema)
        typed: Json = value
        if resolved.get("type") == "integer" and re.fullmatch(r"-?[0-9]+", value):
            typed = int(value)
        if name.lower() == "vary":
            return  # a set of names: CORS may add to it
        for error in self.document.validator(schema).iter_errors(typed):
            yield f"the header {name}: {error.message}"

    def _faults_of_body(
        self, response: httpx.Response, media_types: dict[str, dict[str, Json]]
    ) -> Iterator[str]:
        if response.request.method == "HEAD" or not media_types:
            if response.content:
                yield f"there should be no body, are {len(response.content)} bytes"
            if response.request.method != "HEAD":
                if named := response.headers.get("Content-Type"):
                    yield f"without a body there is no media type, is {named!r}"
                return
        name = media_type(response)
        if media_types and name not in media_types:
            yield f"the media type should be one of {list(media_types)}, is {name!r}"
        elif response.request.method != "HEAD":
            yield from self._faults_of_json(response, media_types[name])

    def _faults_of_json(
        self, response: httpx.Response, schema: dict[str, Json]
    ) -> Iterator[str]:
        try:
            body = json.loads(response.content)
        except ValueError as error:
            yield f"the body is not JSON: {error}"
            return
        compact = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        if response.content != compact.encode("utf-8", "surrogatepass"):
            yield "the body is not compact JSON with its characters unescaped"
        for fault in self.document.validator(schema).iter_errors(body):
            place = ".".join(map(str, fault.instance_path)) or "(the body)"
            yield f"{place}: {fault.message}"
        yield from self._faults_of_order(body, schema, "")
        yield from _faults_of_page(body, response)

    def _faults_of_order(self, body: Json, schema: Json, place: str) -> Iterator[str]:
        if isinstance(body, list):
            items = self.document.resolve(schema).get("items", {})
            for number, item in enumerate(body):
                yield from self._faults_of_order(item, items, f"{place}[{number}]")
        elif isinstance(body, dict):
            properties = self.document.property_order(schema)
            expected = [name for name in properties if name in body]
            found = [name for name in body if name in properties]
            if expected != found:
                yield f"members of {place or 'the body'} should be ordered {expected}"
            for name in expected:
                inner = f"{place}.{name}"
                yield from self._faults_of_order(body[name], properties[name], inner)


def _path_of(response: httpx.Response) -> str:
    return response.request.url.raw_path.decode("ascii").partition("?")[0]


def media_type(response: httpx.Response) -> str:
    """Give the bare media type of a response; only charset=utf-8 may follow it."""
    value = str(response.headers.get("Content-Type", ""))
    name, _, parameter = value.partition(";")
    if parameter.strip().lower() in {"", "charset=utf-8"}:
        return name.strip()
    return value


def entity_tag(body: bytes) -> str:
    """Compute the one strong tag that a body has."""
    digest = base64.urlsafe_b64encode(hashlib.sha256(body).digest())
    return f'"{digest.decode("ascii")[:22]}"'


def _by_server(response: httpx.Response) -> bool:
    return (
        response.status_code in REFUSED_BY_SERVER
        and media_type(response) != PROBLEM
        and b"Traceback" not in response.content
    )


def _faults_of_every_response(response: httpx.Response, path: str) -> Iterator[str]:
    headers = response.headers
    for name, value in SECURITY_HEADERS.items():
        if headers.get(name) != value:
            yield f"the header {name} should be {value!r}, is {headers.get(name)!r}"
    policy = headers.get("Content-Security-Policy")
    if policy != CONTENT_SECURITY and not path.startswith(DOCS):
        yield f"Content-Security-Policy should be {CONTENT_SECURITY!r}, is {policy!r}"
    if re.search(r"[0-9]", headers.get("Server", "")):
        yield f"the header Server tells a version: {headers['Server']!r}"
    if "Set-Cookie" in headers:
        yield "the API sets no cookie"
    if b"Traceback (most recent call last)" in response.content:
        yield "the body shows a traceback"
    yield from _faults_of_request_id(response)


def _faults_of_request_id(response: httpx.Response) -> Iterator[str]:
    given = response.request.headers.get("X-Request-ID", "")
    answered = response.headers.get("X-Request-ID", "")
    if REQUEST_ID.fullmatch(given) and answered != given:
        yield f"X-Request-ID should be the caller's {given!r}, is {answered!r}"
    elif not REQUEST_ID.fullmatch(answered):
        yield f"X-Request-ID should be 1 to 64 of A-Za-z0-9-_, is {answered!r}"


def _faults_of_caching(
    response: httpx.Response, *, documents_etag: bool
) -> Iterator[str]:
    etag = response.headers.get("ETag")
    if not documents_etag:
        control = response.headers.get("Cache-Control")
        if etag is not None:
            yield f"there should be no ETag, is {etag}"
        if control != "no-store":
            yield f"Cache-Control should be 'no-store', is {control!r}"
    elif etag is None or not ETAG.fullmatch(etag):
        yield f"the ETag should be quoted and of 22 characters, is {etag!r}"
    elif response.content and etag != entity_tag(response.content):
        yield f"the ETag of this body is {entity_tag(response.content)}, not {etag}"


def _faults_of_refusal(response: httpx.Response) -> Iterator[str]:
    if response.request.method == "HEAD":
        if response.content:
            yield "an answer to HEAD has no body"
        return
    if media_type(response) != PROBLEM:
        yield f"a refusal is {PROBLEM}, not {media_type(response)!r}"
        return
    try:
        problem = json.loads(response.content)
    except ValueError as error:
        yield f"the problem is not JSON: {error}"
        return
    yield from faults_of_problem(problem, response.status_code)
    if isinstance(problem, dict):
        code = str(problem.get("code"))
        yield from faults_of_problem_headers(response, code)


def _faults_of_options(response: httpx.Response) -> Iterator[str]:
    if not (_is_preflight(response.request) or response.headers.get("Allow")):
        yield "an answer to OPTIONS needs Allow"


def _is_preflight(request: httpx.Request) -> bool:
    return "Access-Control-Request-Method" in request.headers


def _faults_of_page(body: Json, response: httpx.Response) -> Iterator[str]:
    if not (isinstance(body, dict) and "next_cursor" in body):
        return
    link = response.headers.get("Link")
    if body["next_cursor"] is None and link is not None:
        yield f"the last page has no Link, is {link!r}"
    if body["next_cursor"] is not None and not NEXT.fullmatch(link or ""):
        yield f'Link should be a path with rel="next", is {link!r}'


def _describe(faults: list[str], response: httpx.Response) -> str:
    listed = "\n".join(f"  - {fault}" for fault in faults)
    return (
        f"the response breaks the contract:\n{listed}\n\n"
        f"{as_curl(response.request)}\n\n{as_text(response)}"
    )
