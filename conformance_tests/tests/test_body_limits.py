"""How long a body may be, with its length announced or in chunks."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from quintet_conformance.helpers import expect, expect_problem
from quintet_conformance.openapi import Operation
from quintet_conformance.operations import Client
from quintet_conformance.site import Member, Site
from quintet_conformance.wire import chunked

Json = Any
Send = Callable[..., httpx.Response]

LIMIT = 1_048_576
MEBIBYTE = 1_048_576
JSON = ("Content-Type", "application/json")
CHUNKED = ("Transfer-Encoding", "chunked")


def padded(body: bytes, length: int) -> bytes:
    """Lengthen JSON with white space, which means nothing."""
    return body + b" " * (length - len(body))


def in_pieces(content: bytes, size: int = 16_384) -> bytes:
    return chunked(content[at : at + size] for at in range(0, len(content), size))


@pytest.fixture(scope="module")
def owner(site: Site) -> Member:
    """Sends what may be taken."""
    return site.new_member()


@pytest.fixture(scope="module")
def refused_owner(site: Site) -> Member:
    """Sends what is refused, and so never has anything."""
    return site.new_member()


@pytest.fixture
def todo(owner: Member) -> Json:
    return expect(owner.create_todo(title="Read"), 201)


@pytest.mark.requirement("HTTP-06")
@pytest.mark.parametrize("length", [LIMIT - 1, LIMIT])
def test_a_body_of_the_limit_is_read(owner: Member, length: int) -> None:
    content = padded(b'{"title":"Walk"}', length)
    response = owner.create_todo(content=content, headers=dict([JSON]))
    assert expect(response, 201)["title"] == "Walk"


@pytest.mark.requirement("HTTP-06")
def test_a_change_of_the_limit_is_read(owner: Member, todo: Json) -> None:
    content = padded(b'{"title":"Walk"}', LIMIT)
    response = owner.update_todo(todo["id"], content=content, headers=dict([JSON]))
    assert expect(response, 200)["title"] == "Walk"


@pytest.mark.requirement("HTTP-06")
def test_one_byte_more_is_refused_by_every_operation(
    send: Send, writing_operation: Operation
) -> None:
    content = padded(b"{}", LIMIT + 1)
    response = send(writing_operation, content=content, headers=dict([JSON]))
    expect_problem(response, 413, "content_too_large")


@pytest.mark.requirement("HTTP-06", "HTTP-24")
@pytest.mark.parametrize("length", [LIMIT + 1, 2 * MEBIBYTE, 8 * MEBIBYTE])
def test_a_longer_body_is_refused(refused_owner: Member, length: int) -> None:
    content = padded(b'{"title":"Walk"}', length)
    response = refused_owner.create_todo(content=content, headers=dict([JSON]))
    expect_problem(response, 413, "content_too_large")
    assert expect(refused_owner.list_todos(), 200)["items"] == []


@pytest.mark.requirement("HTTP-07")
@pytest.mark.parametrize("length", [8 * MEBIBYTE + 1, 50 * MEBIBYTE, 2**40, 2**63])
def test_a_huge_announcement_is_refused(
    refused_owner: Member, anonymous: Client, length: int
) -> None:
    sent_at_most = padded(b'{"title":"Walk"}', 9 * MEBIBYTE)
    response = refused_owner.raw_request(
        "POST",
        "/api/v1/todos",
        headers=[JSON, ("Content-Length", str(length))],
        body=sent_at_most,
    )
    assert response is None or response.status_code in {400, 413}
    assert expect(refused_owner.list_todos(), 200)["items"] == []


@pytest.mark.requirement("HTTP-08")
@pytest.mark.parametrize("size", [1, 7, 16_384])
def test_a_body_in_chunks_is_taken_whole_or_not_at_all(
    owner: Member, size: int
) -> None:
    title, content = "W" * 190, b'{"title":"' + b"W" * 190 + b'","notes":"ends"}'
    response = owner.raw_request(
        "POST", "/api/v1/todos", headers=[JSON, CHUNKED], body=in_pieces(content, size)
    )
    assert response is not None
    if response.status_code == 411:
        expect_problem(response, 411, "length_required")
    else:
        todo = expect(response, 201)
        assert (todo["title"], todo["notes"]) == (title, "ends")


@pytest.mark.requirement("HTTP-08")
def test_a_change_in_chunks_is_not_taken_for_empty(owner: Member, todo: Json) -> None:
    response = owner.raw_request(
        "PATCH",
        f"/api/v1/todos/{todo['id']}",
        headers=[JSON, CHUNKED],
        body=chunked([b'{"title"', b':"Walk"}']),
    )
    assert response is not None
    if response.status_code != 411:
        assert expect(response, 200)["title"] == "Walk"
    expected = "Read" if response.status_code == 411 else "Walk"
    assert expect(owner.get_todo(todo["id"]), 200)["title"] == expected


@pytest.mark.requirement("HTTP-08", "HTTP-09")
@pytest.mark.parametrize("content", [b"", b'{"title":"Wa', b"{}{}"])
def test_broken_json_in_chunks_is_refused(
    owner: Member, todo: Json, content: bytes
) -> None:
    response = owner.raw_request(
        "PATCH",
        f"/api/v1/todos/{todo['id']}",
        headers=[JSON, CHUNKED],
        body=chunked([content]),
    )
    assert response is not None
    assert response.status_code in {400, 411, 422}
    assert expect(owner.get_todo(todo["id"]), 200) == todo


@pytest.mark.requirement("HTTP-08")
def test_chunks_of_the_limit_are_taken_whole_or_not_at_all(owner: Member) -> None:
    content = padded(b'{"title":"Walk"', LIMIT - 15) + b',"notes":"end"}'
    response = owner.raw_request(
        "POST", "/api/v1/todos", headers=[JSON, CHUNKED], body=in_pieces(content)
    )
    assert response is not None
    assert len(content) == LIMIT
    if response.status_code != 411:
        assert expect(response, 201)["notes"] == "end"


@pytest.mark.requirement("HTTP-08", "HTTP-24")
@pytest.mark.parametrize("length", [LIMIT + 1, 3 * MEBIBYTE])
@pytest.mark.parametrize("size", [LIMIT + 1, 16_384], ids=["one chunk", "many chunks"])
def test_chunks_past_the_limit_are_refused(
    refused_owner: Member, length: int, size: int
) -> None:
    content = padded(b'{"title":"Walk"}', length)
    response = refused_owner.raw_request(
        "POST", "/api/v1/todos", headers=[JSON, CHUNKED], body=in_pieces(content, size)
    )
    assert response is not None
    assert response.status_code in {411, 413}
    assert expect(refused_owner.list_todos(), 200)["items"] == []


@pytest.mark.requirement("HTTP-08", "HTTP-12")
def test_chunks_that_are_not_asked_for_are_ignored(owner: Member) -> None:
    response = owner.raw_request(
        "GET", "/api/v1/me", headers=[JSON, CHUNKED], body=chunked([b"{", b"}"])
    )
    assert response is not None
    assert response.status_code in {200, 411}
