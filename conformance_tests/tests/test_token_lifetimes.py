"""Lifetimes, seen at the second server, whose tokens end after seconds."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import httpx
import pytest

from quintet_conformance.helpers import expect, expect_unauthorized
from quintet_conformance.second_server import SETTINGS
from quintet_conformance.site import Member, Site
from quintet_conformance.tokens import claims_of

ACCESS_TTL = int(SETTINGS["ACCESS_TOKEN_TTL"])
REFRESH_TTL = int(SETTINGS["REFRESH_TOKEN_TTL"])
# `iat` counts whole seconds, and a busy machine answers late.
EARLY, LATE = 1.0, 2.0
PAUSE, PATIENCE = 0.1, 4.0


def seconds_until_refused(call: Callable[[], httpx.Response], limit: float) -> float:
    """Repeat a call until its token is refused; give infinity when it never is."""
    start = time.monotonic()
    while call().status_code == 200:
        if time.monotonic() - start > limit:
            return math.inf
        time.sleep(PAUSE)
    return time.monotonic() - start


def refresh(member: Member) -> httpx.Response:
    return member.without_token().refresh_tokens(refresh_token=member.refresh_token)


@dataclass
class Refreshed:
    """A user who exchanges the newest refresh token at each call."""

    newest: Member

    def __call__(self) -> httpx.Response:
        user, response = self.newest, refresh(self.newest)
        if response.status_code == 200:
            pair = response.json()
            self.newest = Member(user.connection, user.account, user.password, pair)
        return response


@dataclass(frozen=True)
class Ended:
    """What was seen when a family ended that was refreshed all the time."""

    seconds: float
    newest_refresh_token: httpx.Response
    newest_access_token: httpx.Response
    unused_refresh_token: httpx.Response


@pytest.fixture(scope="module")
def ended(short_lived: Site) -> Ended:
    unused = short_lived.new_member()
    refreshed = Refreshed(short_lived.sign_in(unused.account, unused.password))
    seconds = seconds_until_refused(refreshed, REFRESH_TTL + PATIENCE)
    newest = refreshed.newest
    return Ended(seconds, refresh(newest), newest.get_account(), refresh(unused))


@pytest.mark.requirement("AUTH-06", "TOKEN-12")
def test_expires_in_is_the_set_lifetime(short_lived: Site) -> None:
    member = short_lived.new_member()
    pair = expect(refresh(member), 200)
    for token in (member.access_token, pair["access_token"]):
        claims = claims_of(token)
        assert claims["exp"] - claims["iat"] == pair["expires_in"] == ACCESS_TTL


@pytest.mark.requirement("TOKEN-12", "TOKEN-08")
def test_an_access_token_ends_and_the_family_goes_on(short_lived: Site) -> None:
    member = short_lived.new_member()
    seconds = seconds_until_refused(member.get_account, ACCESS_TTL + PATIENCE)
    assert ACCESS_TTL - EARLY - PAUSE < seconds < ACCESS_TTL + LATE
    expect_unauthorized(member.get_account(), "invalid_token")
    pair = expect(refresh(member), 200)
    expect(member.with_token(pair["access_token"]).get_account(), 200)


@pytest.mark.requirement("AUTH-15", "AUTH-14")
def test_a_family_ends_although_it_is_refreshed_all_the_time(ended: Ended) -> None:
    assert REFRESH_TTL - EARLY < ended.seconds < REFRESH_TTL + LATE
    expect_unauthorized(ended.newest_refresh_token, "invalid_token")


@pytest.mark.requirement("AUTH-14")
def test_a_refresh_token_that_nobody_used_ends(ended: Ended) -> None:
    expect_unauthorized(ended.unused_refresh_token, "invalid_token")


@pytest.mark.requirement("TOKEN-09", "AUTH-15")
def test_an_access_token_ends_with_its_family(ended: Ended) -> None:
    expect_unauthorized(ended.newest_access_token, "invalid_token")
