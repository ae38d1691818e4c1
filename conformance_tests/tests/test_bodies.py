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
    "not UTF-8": b'{"title":"\xff"}',
}
DOUBTFUL = {
    "empty": b"",
    "deep": b'{"title":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
}
NOT_AN_OBJECT = ["[]", "null"]


@pytest.fixture(scope="module")
def owner(site: Site) -> Member:
    """Sends what is taken."""
    return site.new_member()


@pytest.fixture(scope="module")
def refused_owner(site: Site) -> Member:
    """Sends what is refused, and so never has more than one to-do."""
    return site.new_member()


@pytest.fixture(scope="module")
def kept(refused_owner: Member) -> Json:
    """The to-do that no refused change may touch."""
    return expect(refused_owner.create_todo(title="Read"), 201)


@pytest.fixture
def send_case(written: Callable[[Json], str]) -> Send:
    """Send the bytes of a case to its operation."""

    def send(owner: Member, case: Json, todo_id: int) -> httpx.Response:
        if "base64" in case:
            content = base64.b64decode(case["base64"])
        else:
            parts = case.get("parts", [case.get("body", "")])
            content = written(parts).encode()
        if case["operation"] == "create_todo":
            return owner.create_todo(content=content, headers=JSON)
        return owner.update_todo(todo_id, content=content, headers=JSON)

    return send


def of(*, accepted: bool) -> list[Any]:
    return [
        param
        for param in cases("bodies")
        if param.values[0].get("accepted", False) is accepted
    ]


@pytest.mark.requirement("HTTP-09", "HTTP-10", "HTTP-11")
@pytest.mark.parametrize("case", of(accepted=True))
def test_what_is_read_from_a_body(owner: Member, send_case: Send, case: Json) -> None:
    todo = expect(owner.create_todo(title="Read"), 201)
    response = send_case(owner, case, todo["id"])
    taken = expect(response, 201 if case["operation"] == "create_todo" else 200)
    assert taken.items() >= case.get("stored", {}).items()
    assert expect(owner.get_todo(taken["id"]), 200) == taken


@pytest.mark.requirement("HTTP-09", "HTTP-10", "HTTP-24", "TEXT-10", "TEXT-13")
@pytest.mark.parametrize("case", of(accepted=False))
def test_a_body_that_is_refused_leaves_nothing(
    refused_owner: Member, kept: Json, send_case: Send, case: Json
) -> None:
    response = send_case(refused_owner, case, kept["id"])
    if "error" in case:
        expect_errors(response, {case["field"]: case["error"]})
    else:
        assert response.status_code in case["status"]
    assert expect(refused_owner.list_todos(), 200)["items"] == [kept]


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


SPOILT: dict[int, Callable[[Json], Json]] = {
    400: lambda body: {"content": b'{"title":"Walk"', "headers": JSON},
    413: lambda body: {"content": b" " * 1_048_577, "headers": JSON},
    415: lambda body: {"json": body, "headers": {"Content-Type": "text/plain"}},
    422: lambda body: {"json": {**body, "surprise": 1}},
}


@pytest.mark.requirement("HTTP-24", "HTTP-04", "HTTP-06", "HTTP-09", "TEXT-10")
@pytest.mark.parametrize(("status", "spoil"), SPOILT.items())
def test_refused_bodies_change_nothing(
    scene: Any, status: int, spoil: Callable[[Json], Json]
) -> None:
    before, changing = scene.state(), scene.operations("writing_operation")
    answered = [
        scene.send(operation, **spoil(scene.body(operation))).status_code
        for operation in changing
    ]
    assert answered == [status] * len(changing)
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
