"""Exchanging a refresh token: once, for a pair that works, and never again."""

import hashlib
from collections.abc import Callable
from typing import Any

import pytest

from quintet_conformance import names
from quintet_conformance.helpers import expect, expect_unauthorized
from quintet_conformance.operations import Client
from quintet_conformance.site import Member, Site
from quintet_conformance.tokens import claims_of

Json = Any
Spoil = Callable[[Member], str]

ROTATIONS = 3


@pytest.fixture(scope="module")
def holder(site: Site) -> Member:
    """A user whose refresh token no test of this module uses as it is."""
    return site.new_member()


@pytest.fixture
def family(site: Site, holder: Member) -> Member:
    """Another family of that user."""
    return site.sign_in(holder.account, holder.password)


@pytest.mark.requirement("AUTH-11")
def test_the_new_access_token_is_the_callers(family: Member, anonymous: Client) -> None:
    pair = expect(anonymous.refresh_tokens(refresh_token=family.refresh_token), 200)
    account = anonymous.with_token(pair["access_token"]).get_account()
    assert expect(account, 200) == family.account


@pytest.mark.requirement("AUTH-11", "TOKEN-04")
def test_the_new_pair_is_of_the_same_family(family: Member, anonymous: Client) -> None:
    pair = expect(anonymous.refresh_tokens(refresh_token=family.refresh_token), 200)
    old, new = claims_of(family.access_token), claims_of(pair["access_token"])
    kept = ("iss", "sub", "sid", "ver")
    assert {name: new[name] for name in kept} == {name: old[name] for name in kept}
    assert new["jti"] != old["jti"]
    assert pair["expires_in"] == new["exp"] - new["iat"]


@pytest.mark.requirement("AUTH-11", "AUTH-12")
def test_refreshing_goes_on_with_a_new_token_each_time(
    family: Member, anonymous: Client
) -> None:
    given = [family.refresh_token]
    for _ in range(ROTATIONS):
        pair = expect(anonymous.refresh_tokens(refresh_token=given[-1]), 200)
        expect(anonymous.with_token(pair["access_token"]).get_account(), 200)
        given.append(pair["refresh_token"])
    assert len(set(given)) == ROTATIONS + 1


@pytest.mark.requirement("AUTH-13")
def test_any_used_token_ends_the_family(family: Member, anonymous: Client) -> None:
    pair = {"refresh_token": family.refresh_token}
    for _ in range(ROTATIONS):
        response = anonymous.refresh_tokens(refresh_token=pair["refresh_token"])
        pair = expect(response, 200)
    reuse = anonymous.refresh_tokens(refresh_token=family.refresh_token)
    expect_unauthorized(reuse, "invalid_token")
    newest = anonymous.refresh_tokens(refresh_token=pair["refresh_token"])
    expect_unauthorized(newest, "invalid_token")
    latest = anonymous.with_token(pair["access_token"])
    expect_unauthorized(latest.get_account(), "invalid_token")


@pytest.mark.requirement("AUTH-13", "AUTH-14")
def test_an_ended_family_stays_ended(family: Member, anonymous: Client) -> None:
    expect(anonymous.refresh_tokens(refresh_token=family.refresh_token), 200)
    for _ in range(ROTATIONS):
        again = anonymous.refresh_tokens(refresh_token=family.refresh_token)
        expect_unauthorized(again, "invalid_token")


@pytest.mark.requirement("AUTH-14")
@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda _: names.word(43), id="never given out"),
        pytest.param(lambda _: "x", id="one letter"),
        pytest.param(lambda user: user.refresh_token[:-1], id="shortened"),
        pytest.param(lambda user: f"{user.refresh_token}x", id="a letter more"),
        pytest.param(lambda user: f" {user.refresh_token} ", id="spaces around it"),
        pytest.param(lambda user: f"{user.refresh_token}=", id="padded"),
        pytest.param(lambda user: user.refresh_token.swapcase(), id="swapped case"),
        pytest.param(lambda user: user.access_token, id="an access token"),
        pytest.param(
            lambda user: hashlib.sha256(user.refresh_token.encode()).hexdigest(),
            id="its hash",
        ),
        pytest.param(lambda _: "%", id="a wildcard"),
        pytest.param(lambda _: "' OR ''='", id="a piece of SQL"),
        pytest.param(lambda _: "日本" * 20, id="another script"),
    ],
)
def test_an_unknown_token_is_refused(
    anonymous: Client, holder: Member, spoil: Spoil
) -> None:
    response = anonymous.refresh_tokens(refresh_token=spoil(holder)[:500])
    expect_unauthorized(response, "invalid_token")


@pytest.mark.requirement("AUTH-14", "HTTP-24")
def test_an_unknown_token_ends_nobodys_family(
    anonymous: Client, family: Member
) -> None:
    similar = (
        f"{family.refresh_token[:-1]}{'A' if family.refresh_token[-1] != 'A' else 'B'}"
    )
    expect_unauthorized(
        anonymous.refresh_tokens(refresh_token=similar), "invalid_token"
    )
    expect(family.get_account(), 200)
    expect(anonymous.refresh_tokens(refresh_token=family.refresh_token), 200)
