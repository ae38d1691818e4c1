"""Requests that no honest client sends: none is a fault, and the next is served."""

import httpx
import pytest

from quintet_conformance.helpers import expect, expect_problem
from quintet_conformance.operations import Client
from quintet_conformance.site import Member, Site
from quintet_conformance.wire import head

JSON = ("Content-Type", "application/json")
CHUNKED = ("Transfer-Encoding", "chunked")
BODY = b'{"title":"Walk"}'
LENGTH = ("Content-Length", str(len(BODY)))


pytestmark = [pytest.mark.requirement("HTTP-15"), pytest.mark.usefixtures("served")]


@pytest.fixture(scope="module")
def owner(site: Site) -> Member:
    """A user whose to-dos are all called the same, whole or not there at all."""
    return site.new_member()


def titles(owner: Member) -> set[str]:
    page = expect(owner.list_todos(limit=100), 200)
    return {todo["title"] for todo in page["items"]}


def expect_no_harm(response: httpx.Response | None) -> None:
    """Expect an answer or a closed connection, but no fault of the server."""
    __tracebackhide__ = True
    if response is not None:
        assert response.status_code < 500 or response.status_code == 501
        assert response.status_code not in {301, 302, 303, 307, 308}
        assert b"Traceback" not in response.content


TARGETS = {
    "70 kB path": "/api/v1/posts/" + "a" * 70_000,
    "70 kB of escapes": "/api/v1/posts/" + "%41" * 23_000,
    "70 kB query": "/api/v1/posts?q=" + "a" * 70_000,
    "8 kB path": "/api/v1/posts/" + "a" * 8_000,
    "2,000 parts": "/api/v1" + "/a" * 2_000,
    "2,000 parameters": "/api/v1/posts?" + "&".join(["tag=a"] * 2_000),
    "half an escape": "/api/v1/posts/%",
    "bad escape": "/api/v1/posts/%ZZ",
    "escape of an escape": "/api/v1/posts/%2500",
    "bytes": "/api/v1/posts/\udcff\udcfe",
    "UTF-8": "/api/v1/posts/ü",
    "backslashes": "\\api\\v1\\posts",
    "dots": "/api/v1/../../../etc/passwd",
    "many slashes": "//////api/v1/posts",
    "another host": "//evil.example/api/v1/posts",
    "a whole URL": "http://evil.example/api/v1/posts",
    "another scheme": "gopher://evil.example/",
    "star": "*",
    "nothing": "",
    "fragment": "/api/v1/posts#top",
    "space": "/api/v1/posts of mine",
    "control character": "/api/v1/posts/\x01",
    "quotes": "/api/v1/posts/\"'`<>{}|^",
    "template": "/api/v1/posts/${7*7}{{7*7}}#{7*7}",
}


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
def test_a_strange_target(anonymous: Client, target: str) -> None:
    """Name no path to the contract: an answer may be the server's or a page's own."""
    host = anonymous.connection.url.netloc.decode("ascii")
    written = head("GET", target, [("Host", host), ("Connection", "close")])
    expect_no_harm(anonymous.raw("GET", "/", [written]))


METHODS = ["FOO", "PROPFIND", "TRACE", "CONNECT", "M" * 5_000, "G\u00c9T", "*", "-"]


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method[:10])
@pytest.mark.parametrize("path", ["/api/v1/posts", "/api/v1/me"])
def test_a_strange_method(anonymous: Client, path: str, method: str) -> None:
    response = anonymous.raw_request(method, path)
    expect_no_harm(response)
    assert response is None or response.status_code >= 400


FIELDS = {
    "100 kB": [("X-Large", "a" * 100_000)],
    "many": [(f"X-Field-{number}", "a") for number in range(1_000)],
    "the same many times": [("X-Field", "a")] * 1_000,
    "empty name": [("", "a")],
    "name with a space": [("X Field", "a")],
    "space before the colon": [("X-Field ", "a")],
    "name of bytes": [("X-\udcff", "a")],
    "value of bytes": [("X-Field", "\udcff\udcfe")],
    "value with NUL": [("X-Field", "a\x00b")],
    "value with a line feed": [("X-Field", "a\nX-Other: b")],
    "value with a return": [("X-Field", "a\rX-Other: b")],
    "folded": [("X-Field", "a\r\n b")],
    "no colon": [("X-Field\r\nnonsense", "a")],
    "second host": [("Host", "evil.example")],
    "trailer": [("Trailer", "X-Field")],
    "upgrade to h2c": [("Connection", "Upgrade, HTTP2-Settings"), ("Upgrade", "h2c")],
    "websocket": [("Connection", "Upgrade"), ("Upgrade", "websocket")],
    "unknown expectation": [("Expect", "200-ok")],
    "long cookie": [("Cookie", "a=" + "b" * 7_000)],
    "many cookies": [("Cookie", "; ".join(f"a{n}=b" for n in range(500)))],
    "ranges": [("Range", "bytes=0-0,1-1,2-2")],
    "bad date": [("If-Modified-Since", "yesterday")],
    "accepts nothing": [("Accept", ",;=,"), ("Accept-Encoding", "*;q=0")],
    "languages": [("Accept-Language", "a-" * 1_000)],
    "forwarded nonsense": [("X-Forwarded-For", "a, , 1.2.3.4.5, [::, unknown")],
    "long forwarding": [("X-Forwarded-For", ", ".join(["10.0.0.1"] * 500))],
    "forwarded bytes": [("X-Forwarded-For", "\udcff")],
    "bytes as a tag": [("If-None-Match", '"\udcff"')],
    "bytes as an id": [("X-Request-ID", "\udcff")],
    "bytes as an origin": [("Origin", "\udcff")],
    "empty preflight": [("Origin", ""), ("Access-Control-Request-Method", "")],
}


@pytest.mark.parametrize("fields", FIELDS.values(), ids=FIELDS)
def test_strange_header_fields(
    anonymous: Client, fields: list[tuple[str, str]]
) -> None:
    expect_no_harm(
        anonymous.raw_request("GET", "/api/v1/posts?limit=1", headers=fields)
    )


@pytest.mark.requirement("TOKEN-02")
@pytest.mark.parametrize(
    "value",
    [
        "Bearer \udcff",
        "Bearer é",
        "Bearer a\u2028b",
        "\udcff x",
        "Bearer " + "a" * 7_000,
    ],
    ids=ascii,
)
def test_a_token_of_strange_characters(anonymous: Client, value: str) -> None:
    fields = [("Authorization", value)]
    response = anonymous.raw_request("GET", "/api/v1/me", headers=fields)
    assert response is None or response.status_code in {400, 401, 431}


FRAMING = {
    "two lengths": [LENGTH, ("Content-Length", "2")],
    "two equal lengths": [LENGTH, LENGTH],
    "a list of lengths": [("Content-Length", f"{len(BODY)}, 2")],
    "negative length": [("Content-Length", "-1")],
    "length in words": [("Content-Length", "sixteen")],
    "length with a plus": [("Content-Length", f"+{len(BODY)}")],
    "length with an underscore": [("Content-Length", "1_6")],
    "hexadecimal length": [("Content-Length", "0x10")],
    "fraction": [("Content-Length", "16.0")],
    "Arabic digits": [("Content-Length", "١٦")],
    "100 digits": [("Content-Length", "9" * 100)],
    "5,000 digits": [("Content-Length", "9" * 5_000)],
    "empty length": [("Content-Length", "")],
    "length and chunks": [LENGTH, CHUNKED],
    "unknown coding": [("Transfer-Encoding", "gzip")],
    "chunks not last": [("Transfer-Encoding", "chunked, identity")],
    "chunks twice": [CHUNKED, CHUNKED],
    "strange spelling": [("Transfer-Encoding", "xchunked")],
    "coding of bytes": [("Transfer-Encoding", "\udcffchunked")],
}


@pytest.mark.requirement("HTTP-24")
@pytest.mark.parametrize("fields", FRAMING.values(), ids=FRAMING)
def test_bad_framing(owner: Member, fields: list[tuple[str, str]]) -> None:
    """The bytes end as a length, as chunks and as a line would have it."""
    response = owner.raw_request(
        "POST", "/api/v1/todos", headers=[JSON, *fields], body=BODY + b"\r\n0\r\n\r\n"
    )
    expect_no_harm(response)
    assert titles(owner) <= {"Walk"}


CHUNKS = {
    "no number": b"zz\r\n" + BODY + b"\r\n0\r\n\r\n",
    "negative": b"-10\r\n" + BODY + b"\r\n0\r\n\r\n",
    "too short": b"4\r\n" + BODY + b"\r\n0\r\n\r\n",
    "with 0x": b"0x10\r\n" + BODY + b"\r\n0\r\n\r\n",
    "with an underscore": b"1_0\r\n" + BODY + b"\r\n0\r\n\r\n",
    "empty line": b"\r\n\r\n0\r\n\r\n",
    "line feeds alone": b"10\n" + BODY + b"\n0\n\n\r\n\r\n",
    "long extension": b"10;" + b"a" * 100_000 + b"\r\n" + BODY + b"\r\n0\r\n\r\n",
    "trailers": b"10\r\n" + BODY + b"\r\n0\r\nX-Field: a\r\n\r\n",
    "bad trailers": b"10\r\n" + BODY + b"\r\n0\r\n\xff\r\n\r\n",
    "plain body": BODY + b"\r\n\r\n",
}


@pytest.mark.requirement("HTTP-08")
@pytest.mark.parametrize("chunks", CHUNKS.values(), ids=CHUNKS)
def test_malformed_chunks(owner: Member, chunks: bytes) -> None:
    response = owner.raw_request(
        "POST", "/api/v1/todos", headers=[JSON, CHUNKED], body=chunks
    )
    expect_no_harm(response)
    assert titles(owner) <= {"Walk"}


END = b"\r\nHost: a\r\nConnection: close\r\n\r\n"
HEADS = {
    "empty lines": b"\r\n\r\nGET /healthz HTTP/1.1" + END,
    "words": b"hello\r\n\r\n",
    "NUL": b"\x00" * 1_000 + b"\r\n\r\n",
    "high bytes": bytes(range(128, 256)) * 8 + b"\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\r\n\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\x00" * 9,
    "HTTP/0.9": b"GET /healthz\r\n\r\n",
    "HTTP/1.0": b"GET /healthz HTTP/1.0\r\n\r\n",
    "HTTP/9.9": b"GET /healthz HTTP/9.9" + END,
    "HTTP/1.10": b"GET /healthz HTTP/1.10" + END,
    "another protocol": b"GET /healthz SMTP/1.1" + END,
    "no host": b"GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n",
    "empty host": b"GET /healthz HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n",
    "two hosts": b"GET /healthz HTTP/1.1\r\nHost: b" + END,
    "strange host": b"GET /healthz HTTP/1.1\r\nHost: a b/@:x" + END,
    "host of bytes": b"GET /healthz HTTP/1.1\r\nHost: \xff" + END,
    "three spaces": b"GET   /healthz   HTTP/1.1" + END,
    "line feeds": b"GET /healthz HTTP/1.1\nHost: a\nConnection: close\n\n\r\n\r\n",
    "space first": b" GET /healthz HTTP/1.1" + END,
    "proxy": b"PROXY TCP4 1.2.3.4 1.2.3.4 1 2\r\nGET /healthz HTTP/1.1" + END,
}


@pytest.mark.parametrize("written", HEADS.values(), ids=HEADS)
def test_what_is_hardly_http(anonymous: Client, written: bytes) -> None:
    expect_no_harm(anonymous.raw("GET", "/healthz", [written]))


@pytest.mark.requirement("HTTP-12")
def test_two_requests_at_once_are_answered_one_after_the_other(
    anonymous: Client,
) -> None:
    host = anonymous.connection.url.netloc.decode("ascii")
    first = head("GET", "/api/v1/tags/none-at-all", [("Host", host)])
    second = head("GET", "/healthz", [("Host", host), ("Connection", "close")])
    response = anonymous.raw("GET", "/api/v1/tags/none-at-all", [first + second])
    assert response is not None
    expect_problem(response, 404, "not_found")
