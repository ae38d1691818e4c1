"""What is read from a body, and bodies that are not JSON or not quite."""

import base64
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from quintet_conformance import names
from quintet_conformance.cases import cases
from quintet_conformance.helpers import expect, expect_errors, expect_problem
from quintet_conformance.openapi import Operation
from quintet_conformance.site import Member, Site

Json = Any
Send = Callable[..., httpx.Response]

JSON = {"Content-Type": "application/json"}
NOT_JSON = {
    "open": b"{",
    "form": b"title=Walk",
    "single quotes": b"{'title':'Walk'}",
    "trailing comma": b'{"title":"Walk",}',
    "two objects": b"{}{}",
    "not UTF-8": b'{"title":"\xff"}',
}
DOUBTFUL = {
    "empty": b"",
    "byte order mark": b"\xef\xbb\xbf{}",
    "UTF-16": "{}".encode("utf-16"),
    "NaN": b'{"title":NaN}',
    "lone surrogate": b'{"title":"\\ud800"}',
    "lone surrogate in a name": b'{"\\udfff":1}',
    "deep": b'{"title":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "many digits": b'{"title":' + b"9" * 5_000 + b"}",
}
NOT_AN_OBJECT = ["[]", "[{}]", '"text"', "5", "true", "null"]


@pytest.fixture(scope="module")
def owner(site: Site) -> Member:
    return site.new_member()


@pytest.fixture
def send_case(owner: Member, written: Callable[[Json], str]) -> Send:
    """Send the bytes of a case to its operation."""

    def send(case: Json) -> httpx.Response:
        if "base64" in case:
            content = base64.b64decode(case["base64"])
        else:
            parts = case.get("parts", [case.get("body", "")])
            content = written(parts).encode()
        if case["operation"] == "create_todo":
            return owner.create_todo(content=content, headers=JSON)
        todo = expect(owner.create_todo(title="Read"), 201)
        return owner.update_todo(todo["id"], content=content, headers=JSON)

    return send


def of(*, accepted: bool) -> list[Any]:
    return [
        param
        for param in cases("bodies")
        if param.values[0].get("accepted", False) is accepted
    ]


def titles(member: Member) -> list[str]:
    """Read the newest to-dos: they stand at the end, on the last page."""
    page = expect(member.list_todos(limit=100), 200)
    assert page["next_cursor"] is None
    return [todo["title"] for todo in page["items"] if todo["title"] != "Read"]


@pytest.mark.requirement("HTTP-09", "HTTP-10", "HTTP-11")
@pytest.mark.parametrize("case", of(accepted=True))
def test_what_is_read_from_a_body(owner: Member, send_case: Send, case: Json) -> None:
    response = send_case(case)
    todo = expect(response, 201 if case["operation"] == "create_todo" else 200)
    assert todo.items() >= case.get("stored", {}).items()
    assert expect(owner.get_todo(todo["id"]), 200) == todo


@pytest.mark.requirement("HTTP-09", "HTTP-10", "HTTP-24", "TEXT-10", "TEXT-13")
@pytest.mark.parametrize("case", of(accepted=False))
def test_a_body_that_is_refused_leaves_nothing(
    owner: Member, send_case: Send, case: Json
) -> None:
    before = titles(owner)
    response = send_case(case)
    if "error" in case:
        expect_errors(response, {case["field"]: case["error"]})
    else:
        assert response.status_code in case["status"]
    assert titles(owner) == before


@pytest.mark.requirement("HTTP-09")
@pytest.mark.parametrize("content", NOT_JSON.values(), ids=NOT_JSON)
def test_every_operation_refuses_what_is_not_json(
    send: Send, writing_operation: Operation, content: bytes
) -> None:
    response = send(writing_operation, content=content, headers=JSON)
    expect_problem(response, 400, "malformed_json")


@pytest.mark.requirement("HTTP-10", "HTTP-15")
@pytest.mark.parametrize("content", DOUBTFUL.values(), ids=DOUBTFUL)
def test_every_operation_refuses_what_parsers_disagree_on(
    send: Send, writing_operation: Operation, content: bytes
) -> None:
    response = send(writing_operation, content=content, headers=JSON)
    assert response.status_code in {400, 422}


@pytest.mark.requirement("TEXT-13")
@pytest.mark.parametrize("body", NOT_AN_OBJECT)
def test_every_operation_needs_an_object(
    send: Send, writing_operation: Operation, body: str
) -> None:
    response = send(writing_operation, content=body.encode(), headers=JSON)
    expect_errors(response, {"": "type"})


@pytest.mark.requirement("HTTP-24", "HTTP-04", "HTTP-06", "HTTP-09", "TEXT-10")
def test_refused_bodies_change_nothing(
    scene: Any, good_body: Callable[[Operation], Json], writing_operation: Operation
) -> None:
    path, body = scene.path(writing_operation), good_body(writing_operation)
    before = scene.state()
    spoilt = [
        {"json": body, "headers": {"Content-Type": "text/plain"}},
        {"json": {**body, "surprise": 1}},
        {"content": b'{"title":"Walk"', "headers": JSON},
        {"content": b" " * 1_048_577, "headers": JSON},
    ]
    answered = [
        scene.send(writing_operation, path=path, **options).status_code
        for options in spoilt
    ]
    assert answered == [415, 422, 400, 413]
    assert scene.state() == before


@pytest.mark.requirement("HTTP-24", "HTTP-09")
def test_a_refused_registration_makes_no_account(scene: Any) -> None:
    details = {
        "username": names.username(),
        "email": names.email(),
        "password": names.PASSWORD,
    }
    anonymous = scene.site.anonymous()
    expect_errors(anonymous.register(**details, role="admin"), {"role": "unknown"})
    assert anonymous.get_profile(details["username"]).status_code == 404
    expect(anonymous.register(**details), 201)


@pytest.mark.requirement("HTTP-24")
@pytest.mark.parametrize("operation", ["refresh_tokens", "logout"])
def test_a_refused_token_request_leaves_the_token_usable(
    member: Member, operation: str
) -> None:
    token = member.refresh_token
    refused = getattr(member, operation)(refresh_token=token, surprise=1)
    expect_errors(refused, {"surprise": "unknown"})
    expect(member.get_account(), 200)
    expect(member.refresh_tokens(refresh_token=token), 200)


@pytest.mark.requirement("HTTP-11")
@pytest.mark.parametrize(
    ("content", "title"),
    [
        (b'{"title":"first","title":"last"}', "last"),
        (b'{"title":"first","completed":true,"title":"last"}', "last"),
        (b'{"title":null,"title":"last"}', "last"),
    ],
)
def test_the_last_of_two_members_changes_a_thing(
    owner: Member, content: bytes, title: str
) -> None:
    todo = expect(owner.create_todo(title="Read"), 201)
    response = owner.update_todo(todo["id"], content=content, headers=JSON)
    assert expect(response, 200)["title"] == title
