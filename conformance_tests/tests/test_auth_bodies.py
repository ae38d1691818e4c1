"""Names, passwords and tokens that sign in or are exchanged, at their edges.

What is new (a password to be set, an address) is in test_strings.py, and that of a
registration in test_registration_texts.py.
"""

from collections.abc import Callable

import httpx
import pytest

from quintet_conformance import names
from quintet_conformance.helpers import expect, expect_errors, expect_problem
from quintet_conformance.site import Member, Site

Refusal = Callable[[httpx.Response], None]

BODIES = {
    "login": {"username": "nobody_at_all", "password": names.PASSWORD},
    "refresh_tokens": {"refresh_token": "r" * 43},
    "logout": {"refresh_token": "r" * 43},
    "change_password": {
        "current_password": names.PASSWORD,
        "new_password": "another quiet walk",
    },
    "confirm_password_reset": {"token": "t" * 43, "new_password": "another quiet walk"},
}
LONGEST = {
    "login username": 254,
    "login password": 128,
    "refresh_tokens refresh_token": 500,
    "logout refresh_token": 500,
    "change_password current_password": 128,
    "confirm_password_reset token": 500,
}


@pytest.fixture(scope="module")
def caller(site: Site) -> Member:
    """A user for all operations; none of these requests changes anything."""
    return site.new_member()


def send(caller: Member, target: str, value: str) -> httpx.Response:
    """Send a good body but for one member, from an address without any attempts."""
    operation, member = target.split()
    client = caller.from_address(names.address())
    body = {**BODIES[operation], member: value}
    response: httpx.Response = getattr(client, operation)(json=body)
    return response


def expect_wrong_credentials(response: httpx.Response) -> None:
    expect_problem(response, 401, "invalid_credentials")


def expect_invalid_token(response: httpx.Response) -> None:
    expect_problem(response, 401, "invalid_token")


def expect_done(response: httpx.Response) -> None:
    expect(response, 204)


def expect_incorrect_password(response: httpx.Response) -> None:
    expect_errors(response, {"current_password": "incorrect"})


def expect_invalid_reset(response: httpx.Response) -> None:
    expect_errors(response, {"token": "invalid"})


@pytest.mark.requirement("TEXT-04", "TEXT-06", "TEXT-07")
@pytest.mark.parametrize(
    ("value", "code"),
    [
        pytest.param("", "blank", id="empty"),
        pytest.param("abc\u0000def", "format", id="NUL"),
        pytest.param("abc\tdef", "format", id="tab"),
        pytest.param("abc\ndef", "format", id="line feed"),
        pytest.param("abc\u007fdef", "format", id="DEL"),
        pytest.param("abc\u0085def", "format", id="C1"),
        pytest.param("abc\uffffdef", "format", id="U+FFFF"),
    ],
)
@pytest.mark.parametrize("target", LONGEST)
def test_a_spoilt_value_is_refused(
    caller: Member, target: str, value: str, code: str
) -> None:
    expect_errors(send(caller, target, value), {target.split()[1]: code})


@pytest.mark.requirement("TEXT-06")
@pytest.mark.parametrize("filler", ["a", "😀"], ids=["letters", "emoji"])
@pytest.mark.parametrize("target", LONGEST)
def test_a_longer_value_is_refused(caller: Member, target: str, filler: str) -> None:
    response = send(caller, target, filler * (LONGEST[target] + 1))
    expect_errors(response, {target.split()[1]: "too_long"})


@pytest.mark.requirement("TEXT-05", "HTTP-10")
@pytest.mark.parametrize("target", LONGEST)
def test_a_lone_surrogate_is_refused(caller: Member, target: str) -> None:
    assert send(caller, target, "abc\ud800def").status_code in {400, 422}


@pytest.mark.parametrize(
    ("target", "expect_refusal"),
    [
        pytest.param(target, refusal, marks=pytest.mark.requirement("TEXT-06", rule))
        for target, refusal, rule in [
            ("login username", expect_wrong_credentials, "AUTH-07"),
            ("login password", expect_wrong_credentials, "AUTH-07"),
            ("refresh_tokens refresh_token", expect_invalid_token, "AUTH-14"),
            ("logout refresh_token", expect_done, "AUTH-16"),
            (
                "change_password current_password",
                expect_incorrect_password,
                "AUTH-18",
            ),
            ("confirm_password_reset token", expect_invalid_reset, "AUTH-21"),
        ]
    ],
)
@pytest.mark.parametrize("filler", ["a", "😀"], ids=["letters", "emoji"])
def test_the_longest_value_is_only_unknown(
    caller: Member, target: str, expect_refusal: Refusal, filler: str
) -> None:
    expect_refusal(send(caller, target, filler * LONGEST[target]))
