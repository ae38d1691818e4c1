"""Signing in: who gets a pair of tokens, and what the others can learn."""

import statistics
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from quintet_conformance import names
from quintet_conformance.helpers import expect, expect_errors, expect_problem
from quintet_conformance.operations import Client
from quintet_conformance.site import Member, Site
from quintet_conformance.tokens import claims_of

Json = Any
Visible = Callable[[httpx.Response], Json]
Respell = Callable[[str], str]
Attempt = Callable[[Member], dict[str, str]]

WRONG = "not the right password"
ROUNDS = 15


@pytest.fixture(scope="module")
def someone(site: Site) -> Member:
    """A user whose name and address have letters of both cases."""
    return site.new_member(
        username=f"Ada_{names.word().title()}", email=f"Ada.{names.email().title()}"
    )


@pytest.fixture(scope="module")
def refusal(site: Site, someone: Member) -> httpx.Response:
    """How a wrong password of a known name is answered."""
    return site.anonymous().login(username=someone.username, password=WRONG)


@pytest.mark.requirement("AUTH-06")
@pytest.mark.parametrize("respell", [str, str.upper, str.swapcase])
@pytest.mark.parametrize("field", ["username", "email"])
def test_name_and_address_sign_in_in_any_case(
    anonymous: Client, someone: Member, field: str, respell: Respell
) -> None:
    name = respell(someone.account[field])
    pair = expect(anonymous.login(username=name, password=someone.password), 200)
    account = anonymous.with_token(pair["access_token"]).get_account()
    assert expect(account, 200) == someone.account


@pytest.mark.requirement("AUTH-06")
def test_expires_in_is_the_lifetime_of_the_access_token(
    anonymous: Client, someone: Member
) -> None:
    login = anonymous.login(username=someone.username, password=someone.password)
    pair = expect(login, 200)
    claims = claims_of(pair["access_token"])
    assert pair["expires_in"] == claims["exp"] - claims["iat"]


@pytest.mark.requirement("AUTH-06")
def test_two_logins_share_no_token_and_end_no_other(
    site: Site, someone: Member
) -> None:
    first = site.sign_in(someone.account, someone.password)
    second = site.sign_in(someone.account, someone.password)
    tokens = [
        getattr(member, kind)
        for member in (someone, first, second)
        for kind in ("access_token", "refresh_token")
    ]
    assert len(set(tokens)) == 6
    assert [member.get_account().status_code for member in (first, second)] == [200] * 2


@pytest.mark.requirement("AUTH-07")
@pytest.mark.parametrize(
    "attempt",
    [
        pytest.param(
            lambda _: {"username": names.username(), "password": names.PASSWORD},
            id="unknown name",
        ),
        pytest.param(
            lambda _: {"username": names.email(), "password": names.PASSWORD},
            id="unknown address",
        ),
        pytest.param(
            lambda user: {"username": user.email, "password": WRONG},
            id="wrong password of an address",
        ),
        pytest.param(
            lambda user: {"username": user.username, "password": "abc"},
            id="password too short to be one",
        ),
        pytest.param(
            lambda user: {"username": user.username, "password": user.username},
            id="password that repeats the name",
        ),
        pytest.param(
            lambda _: {"username": "x", "password": "y"},
            id="name of one letter",
        ),
        pytest.param(
            lambda _: {"username": "日本 ' OR 1=1 --", "password": names.PASSWORD},
            id="name that cannot be one",
        ),
        pytest.param(
            lambda user: {"username": f"{user.username}%", "password": user.password},
            id="name with a wildcard",
        ),
        pytest.param(
            lambda user: {
                "username": user.username[:-1] + "_",
                "password": user.password,
            },
            id="name with a place holder",
        ),
        pytest.param(
            lambda _: {"username": "😀" * 254, "password": "p" * 128},
            id="longest name and password",
        ),
    ],
)
def test_a_failed_login_tells_nothing(
    anonymous: Client,
    someone: Member,
    refusal: httpx.Response,
    attempt: Attempt,
    visible: Visible,
) -> None:
    response = anonymous.login(**attempt(someone))
    expect_problem(response, 401, "invalid_credentials")
    assert visible(response) == visible(refusal)


@pytest.fixture
def inactive(new_member: Callable[[], Member], admin: Member) -> Member:
    """A user whom an admin has shut out."""
    member = new_member()
    expect(admin.update_user(member.username, is_active=False), 200)
    return member


@pytest.mark.requirement("AUTH-07")
@pytest.mark.parametrize("password", [names.PASSWORD, WRONG], ids=["right", "wrong"])
def test_an_inactive_account_is_answered_like_an_unknown_one(
    anonymous: Client,
    inactive: Member,
    refusal: httpx.Response,
    visible: Visible,
    password: str,
) -> None:
    response = anonymous.login(username=inactive.username, password=password)
    assert visible(response) == visible(refusal)


@pytest.mark.requirement("AUTH-07")
def test_a_failed_login_names_the_scheme_alone(refusal: httpx.Response) -> None:
    expect_problem(refusal, 401, "invalid_credentials")
    assert refusal.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.requirement("AUTH-08")
def test_an_unknown_name_takes_as_long_as_a_wrong_password(
    site: Site, member: Member
) -> None:
    assert any(takes_as_long(site, names.username(), member.username) for _ in range(2))


def takes_as_long(site: Site, unknown: str, known: str) -> bool:
    """Compare interleaved attempts, each from an address of its own."""
    durations: dict[str, list[float]] = {unknown: [], known: []}
    for _ in range(ROUNDS):
        for name, measured in durations.items():
            client = site.anonymous()
            start = time.perf_counter()
            client.login(username=name, password=WRONG)
            measured.append(time.perf_counter() - start)
    median = {name: statistics.median(each) for name, each in durations.items()}
    return median[unknown] >= 0.5 * median[known]


@pytest.mark.requirement("AUTH-06", "TEXT-10")
@pytest.mark.parametrize("member", ["role", "email", "remember_me", "ttl"])
def test_login_takes_no_other_member(
    anonymous: Client, someone: Member, member: str
) -> None:
    login = {"username": someone.username, "password": someone.password}
    expect_errors(anonymous.login(**{**login, member: "admin"}), {member: "unknown"})
