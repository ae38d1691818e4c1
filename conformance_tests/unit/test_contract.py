"""The contract finds each fault of an answer, and none where there is none."""

import json
from typing import Any

import httpx
import pytest
from small import HEADERS

from quintet_conformance.contract import ContractViolationError, entity_tag

POST = b'{"slug":"a","title":"A"}'
CACHED = {"Content-Type": "application/json", "Cache-Control": "no-cache"}
PROBLEM_HEADERS = {
    "Content-Type": "application/problem+json",
    "Cache-Control": "no-store",
}
PROBLEM = {
    "type": "about:blank",
    "title": "Not Found",
    "status": 404,
    "detail": "There is no such thing.",
    "code": "not_found",
}
TITLES = {401: "Unauthorized", 409: "Conflict", 422: "Unprocessable Content"}
TITLES |= {405: "Method Not Allowed", 415: "Unsupported Media Type"}
TITLES |= {429: "Too Many Requests"}


def answer(status=200, body=POST, *, method="GET", path="/api/v1/posts/a", **changes):
    """Build an answer; a header given as None is left out."""
    sent = changes.pop("sent", {})
    request = httpx.Request(method, f"http://test{path}", headers=sent)
    fields: dict[str, Any] = {**HEADERS, **CACHED, "ETag": entity_tag(body)}
    if status >= 400:
        fields = {**HEADERS, **PROBLEM_HEADERS}
    fields |= {name.replace("_", "-"): value for name, value in changes.items()}
    kept = {name: value for name, value in fields.items() if value is not None}
    return httpx.Response(status, headers=kept, content=body, request=request)


def problem(status=404, **changes):
    varied: dict[str, Any] = {
        **PROBLEM,
        "status": status,
        "title": TITLES.get(status, "Not Found"),
    }
    kept = {
        name: value
        for name, value in {**varied, **changes}.items()
        if value is not None
    }
    return json.dumps(kept, separators=(",", ":")).encode()


def unknown(status, code, **changes):
    """Build a refusal of a path that no operation has."""
    headers = changes.pop("headers", {})
    body = problem(status, code=code, **changes)
    return answer(status, body, path="/api/v1/nothing", **headers)


def faults(contract, response):
    try:
        contract.check(contract.identify(response))
    except ContractViolationError as error:
        return str(error)
    return ""


GOOD = {
    "a post": answer(),
    "with charset": answer(Content_Type="application/json; charset=UTF-8"),
    "head": answer(body=b"", method="HEAD", ETag=entity_tag(POST)),
    "a problem": answer(404, problem()),
    "given request id": answer(sent={"X-Request-ID": "mine"}, X_Request_ID="mine"),
    "odd request id": answer(sent={"X-Request-ID": "not mine!"}),
    "unknown path": unknown(404, "not_found"),
    "outside the api": answer(path="/healthz", X_Request_ID=None),
    "a challenge": unknown(
        401, "not_authenticated", headers={"WWW-Authenticate": "Bearer"}
    ),
    "a pause": unknown(429, "rate_limited", headers={"Retry-After": "1"}),
    "errors": unknown(
        422,
        "validation_error",
        errors=[{"field": "", "code": "type", "message": "No."}],
    ),
    "stale": unknown(409, "stale_version", current_version=3),
    "options": answer(
        204,
        b"",
        method="OPTIONS",
        Allow="GET",
        ETag=None,
        Content_Type=None,
        Cache_Control="no-store",
    ),
}

BAD = {
    "status": (answer(201), "does not answer 201"),
    "media type": (answer(Content_Type="text/html"), "media type"),
    "charset": (answer(Content_Type="application/json; charset=ascii"), "media type"),
    "unknown member": (
        answer(body=b'{"slug":"a","title":"A","x":1}'),
        "Additional properties",
    ),
    "missing member": (answer(body=b'{"slug":"a"}'), "title"),
    "wrong type": (answer(body=b'{"slug":"a","title":1}'), "string"),
    "too long": (answer(body=b'{"slug":"a","title":"01234567890"}'), "longer"),
    "order": (answer(body=b'{"title":"A","slug":"a"}'), "ordered"),
    "white space": (answer(body=b'{"slug": "a","title":"A"}'), "compact"),
    "escapes": (answer(body=b'{"slug":"a","title":"\\u00e9"}'), "compact"),
    "no json": (answer(body=b"{"), "not JSON"),
    "no etag": (answer(ETag=None), "ETag"),
    "weak etag": (answer(ETag=f"W/{entity_tag(POST)}"), "ETag"),
    "other etag": (answer(ETag=entity_tag(b"other")), "ETag of this body"),
    "cache control": (answer(Cache_Control="private"), "Cache-Control"),
    "sniffing": (answer(X_Content_Type_Options=None), "X-Content-Type-Options"),
    "referrer": (answer(Referrer_Policy="origin"), "Referrer-Policy"),
    "frames": (answer(X_Frame_Options=None), "X-Frame-Options"),
    "csp": (answer(Content_Security_Policy=None), "Content-Security-Policy"),
    "server": (answer(Server="uvicorn/0.54"), "Server"),
    "cookie": (answer(Set_Cookie="a=b"), "cookie"),
    "no request id": (answer(X_Request_ID=None), "X-Request-ID"),
    "bad request id": (answer(X_Request_ID="a b"), "X-Request-ID"),
    "other request id": (answer(sent={"X-Request-ID": "mine"}), "X-Request-ID"),
    "body of head": (answer(method="HEAD"), "no body"),
    "media type of nothing": (
        answer(204, b"", method="DELETE", Cache_Control="no-store", ETag=None),
        "without a body there is no media type",
    ),
    "body of 204": (
        answer(204, method="DELETE", Cache_Control="no-store", ETag=None),
        "no body",
    ),
    "stored refusal": (answer(404, problem(), Cache_Control=None), "no-store"),
    "etag of refusal": (answer(404, problem(), ETag=entity_tag(POST)), "no ETag"),
    "text refusal": (answer(404, b"No.", Content_Type="text/plain"), "a refusal is"),
    "title": (answer(404, problem(title="Gone")), "title"),
    "type": (answer(404, problem(type="x")), "type should be"),
    "status member": (answer(404, problem(status=400)), "status should be"),
    "code": (answer(404, problem(code="conflict")), "belong"),
    "no detail": (answer(404, problem(detail="")), "detail"),
    "extra member": (answer(404, problem(trace="x")), "members"),
    "no errors": (unknown(422, "validation_error"), "members"),
    "empty errors": (unknown(422, "validation_error", errors=[]), "errors"),
    "odd error": (
        unknown(
            422,
            "validation_error",
            errors=[{"field": "a", "code": "bad", "message": "No."}],
        ),
        "unknown error code",
    ),
    "two of a field": (
        unknown(
            422,
            "validation_error",
            errors=[{"field": "a", "code": "type", "message": "No."}] * 2,
        ),
        "one entry a field",
    ),
    "no challenge": (unknown(401, "not_authenticated"), "WWW-Authenticate"),
    "plain challenge": (
        unknown(401, "invalid_token", headers={"WWW-Authenticate": "Bearer"}),
        "WWW-Authenticate",
    ),
    "no pause": (unknown(429, "rate_limited"), "Retry-After"),
    "no allow": (unknown(405, "method_not_allowed"), "Allow"),
    "traceback": (
        answer(404, b"Traceback (most recent call last)", Content_Type="text/plain"),
        "traceback",
    ),
    "link on the last page": (
        answer(
            body=b'{"items":[],"next_cursor":null}',
            path="/api/v1/posts",
            ETag=None,
            Cache_Control="no-store",
            Link='</api/v1/posts?cursor=x>; rel="next"',
        ),
        "no Link",
    ),
    "no link": (
        answer(
            body=b'{"items":[],"next_cursor":"x"}',
            path="/api/v1/posts",
            ETag=None,
            Cache_Control="no-store",
        ),
        "Link should",
    ),
}


@pytest.mark.parametrize("name", GOOD)
def test_a_good_answer_passes(contract, name):
    assert faults(contract, GOOD[name]) == ""


@pytest.mark.parametrize("name", BAD)
def test_a_bad_answer_is_told(contract, name):
    response, expected = BAD[name]
    assert expected in faults(contract, response)


def test_what_the_http_server_refuses_may_be_its_own(contract):
    response = answer(400, b"Bad", Content_Type="text/plain", X_Request_ID=None)
    exchange = contract.identify(response)
    contract.check(exchange, server_may_refuse=True)
    with pytest.raises(ContractViolationError):
        contract.check(exchange)


def test_the_more_literal_path_is_found_first(document):
    assert document.find("GET", "/api/v1/posts/first").id == "get_first_post"
    assert document.find("HEAD", "/api/v1/posts/other").id == "get_post"
    assert document.find("PUT", "/api/v1/posts/other") is None
