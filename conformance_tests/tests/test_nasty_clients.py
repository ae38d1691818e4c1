"""Clients that go away or dawdle: nothing of theirs stays, and others are served."""

import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from quintet_conformance.helpers import expect
from quintet_conformance.operations import Client
from quintet_conformance.site import Member, Site
from quintet_conformance.wire import chunked, head

Begin = Callable[..., AbstractContextManager[None]]

JSON = ("Content-Type", "application/json")
CHUNKED = ("Transfer-Encoding", "chunked")
PATIENCE = 10.0

pytestmark = [pytest.mark.requirement("HTTP-15"), pytest.mark.usefixtures("served")]


def length(of: int) -> tuple[str, str]:
    return ("Content-Length", str(of))


@pytest.fixture(scope="module")
def member(site: Site) -> Member:
    """Begins requests of which nothing may stay."""
    return site.new_member()


@pytest.fixture
def begin(member: Member) -> Begin:
    """Send a request or a part of it, and leave without reading the answer."""

    @contextmanager
    def send(
        method: str, path: str, *fields: tuple[str, str], body: bytes = b""
    ) -> Iterator[None]:
        url = member.connection.url
        host = ("Host", url.netloc.decode("ascii"))
        written = head(method, path, [host, *member.headers.items(), *fields])
        address = (url.host, url.port or 80)
        with socket.create_connection(address, timeout=PATIENCE) as connection:
            connection.sendall(written + body)
            yield

    return send


BROKEN_OFF = {
    "no byte": ([JSON, length(16)], b""),
    "half of the body": ([JSON, length(16)], b'{"title":"Wa'),
    "whole JSON, half of the body": ([JSON, length(1_000_000)], b'{"title":"Walk"}'),
    "no chunk": ([JSON, CHUNKED], b""),
    "half of a chunk": ([JSON, CHUNKED], b'10\r\n{"title":"Wa'),
    "no last chunk": ([JSON, CHUNKED], chunked([b'{"title":"Walk"}'])[:-5]),
    "a chunk of 64 bits": ([JSON, CHUNKED], b'ffffffffffffffff\r\n{"title":"Walk"}'),
    "a chunk of 100 digits": ([JSON, CHUNKED], b"f" * 100 + b'\r\n{"title":"Walk"}'),
}


@pytest.mark.requirement("HTTP-08", "HTTP-24")
@pytest.mark.parametrize(("fields", "body"), BROKEN_OFF.values(), ids=BROKEN_OFF)
def test_a_client_that_goes_away_in_the_middle(
    member: Member, begin: Begin, fields: list[tuple[str, str]], body: bytes
) -> None:
    for _ in range(3):
        with begin("POST", "/api/v1/todos", *fields, body=body):
            pass
    assert expect(member.list_todos(), 200)["items"] == []


def test_a_client_that_does_not_wait_for_the_answer(
    member: Member, begin: Begin
) -> None:
    for _ in range(10):
        with begin("GET", "/api/v1/posts?limit=100"):
            pass
        with begin("POST", "/api/v1/auth/logout", JSON, length(2), body=b"{}"):
            pass
    assert expect(member.get_account(), 200) == member.account


@pytest.mark.requirement("HTTP-08")
@pytest.mark.parametrize(
    "fields", [[JSON, length(16)], [JSON, CHUNKED]], ids=["length", "chunks"]
)
def test_a_client_that_dawdles_holds_nobody_up(
    anonymous: Client, begin: Begin, fields: list[tuple[str, str]]
) -> None:
    body = b'{"title"' if length(16) in fields else chunked([b'{"title"'])[:-5]
    with begin("POST", "/api/v1/todos", *fields, body=body):
        for _ in range(5):
            expect(anonymous.list_posts(limit=1), 200)
