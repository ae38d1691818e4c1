"""The members that the operations of sign-in take, each spoilt in every way.

Those of `register` are in the cases of the specification: test_registration_texts.py.
"""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from quintet_conformance import names
from quintet_conformance.helpers import expect, expect_errors, expect_problem
from quintet_conformance.operations import Client
from quintet_conformance.site import Member, Site

Json = Any
Spoil = Callable[[str, int], Json]
Refusal = Callable[[httpx.Response], None]

BODIES = {
    "login": {"username": "nobody_at_all", "password": names.PASSWORD},
    "refresh_tokens": {"refresh_token": "r" * 43},
    "logout": {"refresh_token": "r" * 43},
    "change_password": {
        "current_password": names.PASSWORD,
        "new_password": "another quiet walk",
    },
    "request_password_reset": {"email": "nobody_at_all@example.com"},
    "confirm_password_reset": {"token": "t" * 43, "new_password": "another quiet walk"},
}
LENGTHS = {
    "username": 254,
    "password": 128,
    "current_password": 128,
    "new_password": 128,
    "refresh_token": 500,
    "token": 500,
    "email": 254,
}
MEMBERS = [(operation, member) for operation in BODIES for member in BODIES[operation]]


@pytest.fixture(scope="module")
def caller(site: Site) -> Member:
    """A user for all operations; none of these requests changes anything."""
    return site.new_member()


def call(caller: Member, operation: str, body: Json) -> httpx.Response:
    """Send the body from an address of its own, so that no limit is met."""
    client = caller.from_address(names.address())
    response: httpx.Response = getattr(client, operation)(json=body)
    return response


def expect_wrong_credentials(response: httpx.Response) -> None:
    expect_problem(response, 401, "invalid_credentials")


def expect_invalid_token(response: httpx.Response) -> None:
    expect_problem(response, 401, "invalid_token")


def expect_incorrect_password(response: httpx.Response) -> None:
    expect_errors(response, {"current_password": "incorrect"})


def expect_invalid_reset(response: httpx.Response) -> None:
    expect_errors(response, {"token": "invalid"})


def with_inside(character: str) -> Spoil:
    return lambda value, _: f"{value[:3]}{character}{value[3:]}"


@pytest.mark.requirement("TEXT-11")
@pytest.mark.parametrize(("operation", "member"), MEMBERS)
def test_a_missing_member_is_required(
    caller: Member, operation: str, member: str
) -> None:
    body = {name: text for name, text in BODIES[operation].items() if name != member}
    expect_errors(call(caller, operation, body), {member: "required"})


@pytest.mark.requirement("TEXT-10")
@pytest.mark.parametrize("operation", BODIES)
def test_another_member_is_unknown(caller: Member, operation: str) -> None:
    body = {**BODIES[operation], "user_id": 1}
    expect_errors(call(caller, operation, body), {"user_id": "unknown"})


@pytest.mark.requirement("TEXT-04", "TEXT-06", "TEXT-07", "TEXT-08", "TEXT-09")
@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        pytest.param(lambda *_: 123_456_789_012, "type", id="number"),
        pytest.param(lambda *_: True, "type", id="boolean"),
        pytest.param(lambda *_: None, "type", id="null"),
        pytest.param(lambda value, _: [value], "type", id="list"),
        pytest.param(lambda value, _: {"value": value}, "type", id="object"),
        pytest.param(lambda *_: "", "blank", id="empty"),
        pytest.param(with_inside("\u0000"), "format", id="NUL"),
        pytest.param(with_inside("\t"), "format", id="tab"),
        pytest.param(with_inside("\n"), "format", id="line feed"),
        pytest.param(with_inside("\u007f"), "format", id="DEL"),
        pytest.param(with_inside("\u0085"), "format", id="C1"),
        pytest.param(with_inside("\uffff"), "format", id="U+FFFF"),
        pytest.param(
            lambda value, length: value.rjust(length + 1, "a"),
            "too_long",
            id="too long",
        ),
    ],
)
@pytest.mark.parametrize(("operation", "member"), MEMBERS)
def test_a_spoilt_member_is_refused(
    caller: Member, operation: str, member: str, spoil: Spoil, code: str
) -> None:
    value = BODIES[operation][member]
    body = {**BODIES[operation], member: spoil(value, LENGTHS[member])}
    expect_errors(call(caller, operation, body), {member: code})


@pytest.mark.requirement("TEXT-05", "HTTP-10")
@pytest.mark.parametrize(("operation", "member"), MEMBERS)
def test_a_lone_surrogate_is_refused(
    caller: Member, operation: str, member: str
) -> None:
    spoilt = with_inside("\ud800")(BODIES[operation][member], 0)
    body = {**BODIES[operation], member: spoilt}
    assert call(caller, operation, body).status_code in {400, 422}


@pytest.mark.requirement("TEXT-13")
@pytest.mark.parametrize("body", [[], "text", 5, True, None], ids=json.dumps)
@pytest.mark.parametrize("operation", BODIES)
def test_a_body_that_is_no_object_is_refused(
    caller: Member, operation: str, body: Json
) -> None:
    expect_errors(call(caller, operation, body), {"": "type"})


@pytest.mark.requirement("TEXT-06", "AUTH-07", "AUTH-14", "AUTH-18", "AUTH-21")
@pytest.mark.parametrize(
    ("operation", "member", "expect_refusal"),
    [
        ("login", "username", expect_wrong_credentials),
        ("login", "password", expect_wrong_credentials),
        ("refresh_tokens", "refresh_token", expect_invalid_token),
        ("change_password", "current_password", expect_incorrect_password),
        ("confirm_password_reset", "token", expect_invalid_reset),
    ],
)
@pytest.mark.parametrize("filler", ["a", "😀"], ids=["letters", "emoji"])
def test_the_longest_value_is_taken_for_what_it_is(
    caller: Member, operation: str, member: str, expect_refusal: Refusal, filler: str
) -> None:
    body = {**BODIES[operation], member: filler * LENGTHS[member]}
    expect_refusal(call(caller, operation, body))


@pytest.mark.requirement("TEXT-06", "AUTH-16")
@pytest.mark.parametrize("filler", ["a", "😀"], ids=["letters", "emoji"])
def test_the_longest_unknown_token_is_logged_out(caller: Member, filler: str) -> None:
    body = {"refresh_token": filler * LENGTHS["refresh_token"]}
    expect(call(caller, "logout", body), 204)


@pytest.mark.requirement("HTTP-24")
def test_nothing_has_changed(caller: Member, anonymous: Client) -> None:
    body = {**BODIES["change_password"], "new_password": "short"}
    expect_errors(call(caller, "change_password", body), {"new_password": "too_short"})
    assert expect(caller.get_account(), 200) == caller.account
    login = {"username": caller.username, "password": caller.password}
    expect(anonymous.login(**login), 200)
