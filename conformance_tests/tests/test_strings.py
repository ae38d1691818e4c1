"""Passwords, addresses and tokens at their edges, in the operations that take them."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from quintet_conformance import names
from quintet_conformance.cases import cases
from quintet_conformance.helpers import expect, expect_errors, expect_unauthorized
from quintet_conformance.mailbox import Mailbox
from quintet_conformance.operations import Client
from quintet_conformance.site import Member, Site

Json = Any
Read = Callable[[Json], str]

JSON = {"Content-Type": "application/json"}
STRINGS = ("TEXT-02", "TEXT-04", "TEXT-05", "TEXT-06", "TEXT-07", "TEXT-08", "TEXT-09")
UNKNOWN_TOKEN = "t" * 43
WHITE_SPACE = ["\u0020", "\u3000"]


def of(field: str, *, accepted: bool) -> list[Any]:
    """Choose the cases of one member of a registration that every body can be given."""
    return [
        param
        for param in cases("strings")
        if (param.values[0]["operation"], param.values[0]["field"])
        == ("register", field)
        and param.values[0].get("accepted", False) is accepted
        and "missing" not in param.values[0]
    ]


@pytest.fixture
def value_of(written: Read) -> Callable[[Json], str]:
    """Give the value of a case as JSON, as it goes out."""

    def read(case: Json) -> str:
        if "raw" in case:
            return str(case["raw"])
        return json.dumps(written(case["parts"]) if "parts" in case else case["value"])

    return read


def body(value: str, member: str, **others: str) -> dict[str, Json]:
    members = {
        member: value,
        **{name: json.dumps(each) for name, each in others.items()},
    }
    text = ",".join(f'"{name}":{each}' for name, each in members.items())
    return {"content": f"{{{text}}}".encode(), "headers": JSON}


def expect_refused(response: httpx.Response, case: Json, field: str) -> None:
    if "status" in case:
        assert response.status_code in case["status"]
        return
    problem = expect(response, 422)
    found = {error["field"]: error["code"] for error in problem["errors"]}
    assert {**found, "token": "invalid"} == {field: case["error"], "token": "invalid"}


@pytest.fixture(scope="module")
def keeper(site: Site) -> Member:
    """A user whose password no test here changes."""
    return site.new_member()


@pytest.mark.requirement("HTTP-24", "AUTH-05", *STRINGS)
@pytest.mark.parametrize("case", of("password", accepted=False))
def test_a_changed_password_refuses(keeper: Member, value_of: Read, case: Json) -> None:
    client = keeper.from_address(names.address())
    options = body(value_of(case), "new_password", current_password=keeper.password)
    expect_refused(client.change_password(**options), case, "new_password")
    expect(keeper.get_account(), 200)


@pytest.mark.requirement("AUTH-05", "AUTH-17", *STRINGS)
@pytest.mark.parametrize("case", of("password", accepted=True))
def test_a_changed_password_takes(member: Member, value_of: Read, case: Json) -> None:
    value = value_of(case)
    options = body(value, "new_password", current_password=member.password)
    expect(member.change_password(**options), 200)
    signed_in = member.login(**body(value, "password", username=member.username))
    expect(signed_in, 200)


@pytest.mark.requirement("AUTH-05", *STRINGS)
@pytest.mark.parametrize("case", of("password", accepted=False))
def test_a_reset_password_refuses(
    anonymous: Client, value_of: Read, case: Json
) -> None:
    options = body(value_of(case), "new_password", token=UNKNOWN_TOKEN)
    response = anonymous.confirm_password_reset(**options)
    expect_refused(response, case, "new_password")


@pytest.mark.requirement("AUTH-05", "AUTH-20", *STRINGS)
@pytest.mark.parametrize("case", of("password", accepted=True))
def test_a_reset_password_takes(
    member: Member, mailbox: Mailbox, value_of: Read, case: Json
) -> None:
    expect(member.request_password_reset(email=member.email), 202)
    token, value = mailbox.wait_for_reset_token(member.email), value_of(case)
    options = body(value, "new_password", token=token)
    expect(member.confirm_password_reset(**options), 204)
    signed_in = member.login(**body(value, "password", username=member.username))
    expect(signed_in, 200)


@pytest.mark.requirement("TEXT-01", *STRINGS)
@pytest.mark.parametrize("case", of("email", accepted=False))
def test_a_reset_refuses_the_address(
    anonymous: Client, value_of: Read, case: Json
) -> None:
    options = body(value_of(case), "email")
    expect_refused(anonymous.request_password_reset(**options), case, "email")


@pytest.mark.requirement("TEXT-01", "TEXT-06")
@pytest.mark.parametrize("case", of("email", accepted=True))
def test_a_reset_takes_the_address(
    anonymous: Client, value_of: Read, case: Json
) -> None:
    response = anonymous.request_password_reset(**body(value_of(case), "email"))
    expect(response, 202)


@pytest.mark.requirement("TEXT-01", "AUTH-20")
@pytest.mark.parametrize("space", [*WHITE_SPACE, "\t\r\n"], ids=ascii)
def test_a_reset_trims_the_address(
    member: Member, mailbox: Mailbox, space: str
) -> None:
    expect(member.request_password_reset(email=f"{space}{member.email}{space}"), 202)
    assert mailbox.wait_for_reset_token(member.email)


SPOILT = [
    pytest.param("", "blank", id="empty"),
    pytest.param("a" * 129, "too_long", id="129"),
    pytest.param("😀" * 129, "too_long", id="129 emoji"),
    pytest.param("quiet\u0000walk", "format", id="NUL"),
    pytest.param("quiet\twalk", "format", id="tab"),
    pytest.param("quiet walk\n", "format", id="line feed"),
    pytest.param("quiet\u007fwalk", "format", id="DEL"),
    pytest.param("quiet\u0085walk", "format", id="C1"),
    pytest.param("quiet\uffffwalk", "format", id="U+FFFF"),
    pytest.param("\u0000" * 129, "too_long", id="129 NUL"),
]


@pytest.mark.requirement("TEXT-04", "TEXT-06", "TEXT-07", "HTTP-24")
@pytest.mark.parametrize(("password", "code"), SPOILT)
@pytest.mark.parametrize("operation", ["update_account", "delete_account"])
def test_a_current_password_that_cannot_be(
    keeper: Member, operation: str, password: str, code: str
) -> None:
    client = keeper.from_address(names.address())
    others = {"email": names.email()} if operation == "update_account" else {}
    response = getattr(client, operation)(current_password=password, **others)
    expect_errors(response, {"current_password": code})
    assert expect(keeper.get_account(), 200) == keeper.account


@pytest.mark.requirement("TEXT-06", "AUTH-18")
@pytest.mark.parametrize("password", ["a" * 128, "😀" * 128], ids=ascii)
@pytest.mark.parametrize("operation", ["update_account", "delete_account"])
def test_the_longest_current_password_is_only_wrong(
    keeper: Member, operation: str, password: str
) -> None:
    client = keeper.from_address(names.address())
    others = {"email": names.email()} if operation == "update_account" else {}
    response = getattr(client, operation)(current_password=password, **others)
    expect_errors(response, {"current_password": "incorrect"})


@pytest.mark.requirement("TEXT-02", "AUTH-09")
@pytest.mark.parametrize("space", WHITE_SPACE, ids=ascii)
def test_white_space_belongs_to_a_password(
    new_member: Callable[..., Member], space: str
) -> None:
    member = new_member(password=f"{space}a quiet walk{space}")
    anonymous = member.without_token()
    for password in ("a quiet walk", f"{space}a quiet walk", f"a quiet walk{space}"):
        response = anonymous.login(username=member.username, password=password)
        expect_unauthorized(response, "invalid_credentials")


@pytest.mark.requirement("TEXT-02", "TEXT-07", "AUTH-06")
def test_a_password_may_be_of_white_space_alone(
    new_member: Callable[..., Member],
) -> None:
    member = new_member(password="\u0020" * 12)
    expect_errors(
        member.change_password(current_password=" " * 12, new_password="\u3000" * 11),
        {"new_password": "too_short"},
    )
    expect(
        member.change_password(current_password=" " * 12, new_password="\u3000" * 12),
        200,
    )


@pytest.mark.requirement("TEXT-01", "AUTH-06")
@pytest.mark.parametrize("space", [*WHITE_SPACE, "\t\r\n"], ids=ascii)
@pytest.mark.parametrize("name", ["username", "email"])
def test_the_name_of_a_login_is_trimmed(keeper: Member, name: str, space: str) -> None:
    client = keeper.without_token().from_address(names.address())
    username = f"{space}{getattr(keeper, name)}{space}"
    expect(client.login(username=username, password=keeper.password), 200)


@pytest.mark.requirement("TEXT-02", "AUTH-14")
@pytest.mark.parametrize("space", WHITE_SPACE, ids=ascii)
def test_a_token_is_not_trimmed(member: Member, space: str) -> None:
    spaced = f"{space}{member.refresh_token}"
    expect_unauthorized(member.refresh_tokens(refresh_token=spaced), "invalid_token")
    expect(member.refresh_tokens(refresh_token=member.refresh_token), 200)


@pytest.mark.requirement("TEXT-03")
@pytest.mark.parametrize(
    ("operation", "member"),
    [
        ("update_account", "bio"),
        ("create_post", "body"),
        ("update_post", "body"),
        ("create_comment", "body"),
        ("create_todo", "notes"),
        ("update_todo", "notes"),
    ],
)
def test_line_ends_become_line_feeds(scene: Any, operation: str, member: str) -> None:
    found = scene.site.connection.contract.document.operations[operation]
    body = {**scene.body(found), member: "a\r\nb\rc\nd\r\r\n\n\re"}
    response = scene.send(found, json=body)
    assert expect(response, response.status_code)[member] == "a\nb\nc\nd\n\n\n\ne"
