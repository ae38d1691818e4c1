"""What the handler makes of what an ASGI server gives it."""

import json
from io import BytesIO
from threading import Barrier
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from asgiref.testing import ApplicationCommunicator
from django.http import HttpRequest, HttpResponse

from common.handler import LONGEST_BODY, LONGEST_READ, THREADS, Handler, Utf8Request

JSON = (b"content-type", b"application/json")
PATH = "/api/v1/auth/login"
AT_ONCE = 65_536


def scope(path: str = PATH, method: str = "POST", *fields: Any, **more: Any) -> Any:
    base = {"type": "http", "query_string": b"", "client": ("127.0.0.1", 50000)}
    return {**base, "path": path, "method": method, "headers": list(fields), **more}


def length(number: int) -> tuple[bytes, bytes]:
    return b"content-length", str(number).encode()


@async_to_sync
async def answer(
    request: Any, *pieces: bytes, ends: bool = True
) -> tuple[int, dict[bytes, bytes], Any, int]:
    """Status, header fields and body, and how many of the pieces were not asked for."""
    client = ApplicationCommunicator(Handler(), request)
    for n, piece in enumerate(pieces, start=1):
        more = n < len(pieces) or not ends
        message = {"type": "http.request", "body": piece, "more_body": more}
        await client.send_input(message)
    start = await client.receive_output(10)
    body = (await client.receive_output(10))["body"]
    await client.wait(10)
    headers = dict(start["headers"])
    return start["status"], headers, body, client.input_queue.qsize()


def test_body_in_chunks_is_taken_whole() -> None:
    chunked = (b"transfer-encoding", b"chunked")
    request = scope(PATH, "POST", JSON, chunked)
    status, _, body, _ = answer(request, b'{"username"', b":1}")
    faults = {error["field"]: error["code"] for error in json.loads(body)["errors"]}
    assert (status, faults) == (422, {"username": "type", "password": "required"})


def test_body_of_exactly_the_limit_is_read() -> None:
    request = scope(PATH, "POST", JSON, length(LONGEST_BODY))
    status, *_ = answer(request, b"{}".ljust(LONGEST_BODY))
    assert status == 422


@pytest.mark.parametrize(
    ("announced", "connection"),
    [(LONGEST_BODY + 1, None), (LONGEST_READ, None), (LONGEST_READ + 1, b"close")],
)
@pytest.mark.parametrize("path", [PATH, "/login"])
def test_longer_body_is_refused_unread(
    path: str, announced: int, connection: bytes | None
) -> None:
    request = scope(path, "POST", JSON, length(announced))
    status, headers, _, unread = answer(request, b"{}")
    assert (status, headers.get(b"Connection"), unread) == (413, connection, 1)


def test_chunks_past_the_limit_are_refused() -> None:
    pieces = [b" " * AT_ONCE] * (2 * LONGEST_BODY // AT_ONCE)
    status, _, _, unread = answer(scope(PATH, "POST", JSON), *pieces)
    assert (status, unread) == (413, len(pieces) // 2 - 1)


def test_client_that_leaves_is_not_answered() -> None:
    client = ApplicationCommunicator(Handler(), scope(PATH, "POST", JSON, length(9)))

    @async_to_sync
    async def leave() -> None:
        half = {"type": "http.request", "body": b"{", "more_body": True}
        await client.send_input(half)
        await client.send_input({"type": "http.disconnect"})
        await client.wait()

    leave()
    assert client.output_queue.empty()


@pytest.mark.parametrize(
    "charset", ["charset=base64", "charset=punycode", "charset*=x''y"]
)
def test_charset_of_a_body_leaves_the_query_alone(charset: str) -> None:
    field = (b"content-type", f"text/Plain; {charset}".encode())
    query = {"query_string": b"q=%C3%A9"}
    request = Utf8Request(scope("/", "GET", field, **query), BytesIO())
    assert (request.GET["q"], request.content_type) == ("é", "text/plain")


@pytest.mark.parametrize(("method", "has_body"), [("GET", True), ("HEAD", False)])
def test_static_file_is_one_body(method: str, has_body: bool) -> None:
    status, headers, body, _ = answer(scope("/static/blog.css", method), b"")
    assert status == 200
    assert int(headers[b"Content-Length"]) > 1000
    assert len(body) == (int(headers[b"Content-Length"]) if has_body else 0)


def test_requests_share_a_few_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    handler, together = Handler(), Barrier(THREADS)

    def wait_for_others(request: HttpRequest) -> HttpResponse:
        together.wait(10)
        return HttpResponse()

    monkeypatch.setattr(handler, "get_response", wait_for_others)

    @async_to_sync
    async def ask() -> None:
        clients = [
            ApplicationCommunicator(handler, scope("/", "GET"))
            for _ in range(2 * THREADS)
        ]
        for client in clients:
            await client.send_input(
                {"type": "http.request", "body": b"", "more_body": False}
            )
        for client in clients:
            await client.wait(10)
            assert (await client.receive_output())["status"] == 200

    ask()
    assert len(handler.threads._threads) == THREADS
