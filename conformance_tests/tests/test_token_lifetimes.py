"""Lifetimes, seen at the second server, whose tokens end after seconds."""

import time
from collections.abc import Callable

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
PAUSE = 0.1


def seconds_until_refused(call: Callable[[], httpx.Response], limit: float) -> float:
    """Repeat a call until its token is refused."""
    start = time.monotonic()
    while (response := call()).status_code == 200:
        passed = time.monotonic() - start
        assert passed < limit, f"still taken after {passed:.1f} s"
        time.sleep(PAUSE)
    expect_unauthorized(response, "invalid_token")
    return time.monotonic() - start


class Refreshing:
    """Exchanges the newest refresh token at each call."""

    def __init__(self, member: Member) -> None:
        self.member = member
        self.newest = {
            "access_token": member.access_token,
            "refresh_token": member.refresh_token,
        }

    def __call__(self) -> httpx.Response:
        token = self.newest["refresh_token"]
        response = self.member.refresh_tokens(refresh_token=token)
        if response.status_code == 200:
            self.newest = response.json()
        return response


@pytest.mark.requirement("AUTH-06", "TOKEN-12")
def test_expires_in_is_the_set_lifetime(short_lived: Site) -> None:
    member = short_lived.new_member()
    login = {"username": member.username, "password": member.password}
    pair = expect(short_lived.anonymous().login(**login), 200)
    claims = claims_of(pair["access_token"])
    assert pair["expires_in"] == claims["exp"] - claims["iat"] == ACCESS_TTL


@pytest.mark.requirement("TOKEN-12", "TOKEN-08")
def test_an_access_token_ends_and_the_family_goes_on(short_lived: Site) -> None:
    member = short_lived.new_member()
    lived = seconds_until_refused(member.get_account, ACCESS_TTL + LATE)
    assert lived > ACCESS_TTL - EARLY - PAUSE
    pair = expect(member.refresh_tokens(refresh_token=member.refresh_token), 200)
    expect(member.with_token(pair["access_token"]).get_account(), 200)


@pytest.mark.requirement("AUTH-14")
def test_a_refresh_token_that_nobody_used_ends(short_lived: Site) -> None:
    member = short_lived.new_member()
    time.sleep(REFRESH_TTL)
    refresh = member.refresh_tokens(refresh_token=member.refresh_token)
    expect_unauthorized(refresh, "invalid_token")


@pytest.mark.requirement("AUTH-15", "AUTH-14", "TOKEN-09")
def test_a_family_ends_although_it_is_refreshed_all_the_time(short_lived: Site) -> None:
    refresh = Refreshing(short_lived.new_member())
    lived = seconds_until_refused(refresh, REFRESH_TTL + LATE)
    assert lived > REFRESH_TTL - EARLY
    # Its newest access token would live on; it ends with its family.
    caller = refresh.member.with_token(refresh.newest["access_token"])
    expect_unauthorized(caller.get_account(), "invalid_token")
