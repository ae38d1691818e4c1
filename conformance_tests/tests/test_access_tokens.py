"""Access tokens: what is in them, what else of that form is taken, whose they are."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest

from quintet_conformance.helpers import expect, expect_unauthorized
from quintet_conformance.operations import Client
from quintet_conformance.site import Member, Site
from quintet_conformance.tokens import Forger, claims_of

Json = Any

CLAIMS = {
    "iss": str,
    "sub": str,
    "sid": str,
    "ver": int,
    "iat": int,
    "exp": int,
    "jti": str,
}
CLOCK_TOLERANCE = 300
ACCOUNTS = 2


@pytest.fixture(scope="module")
def holder(site: Site) -> Member:
    """A user whose tokens no test of this module ends."""
    return site.new_member()


@pytest.fixture(scope="module")
def stranger(bystanders: Callable[[int], list[Member]]) -> Member:
    """Another such user."""
    return bystanders(1)[0]


def decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


@pytest.mark.requirement("TOKEN-04")
def test_the_claims_are_there_and_typed(holder: Member) -> None:
    claims = claims_of(holder.access_token)
    assert {name: type(claims.get(name)) for name in CLAIMS} == CLAIMS


@pytest.mark.requirement("TOKEN-04")
def test_the_claims_name_the_account_and_the_time(holder: Member) -> None:
    claims = claims_of(holder.access_token)
    assert (claims["iss"], claims["sub"]) == ("quintet", str(holder.id))
    assert str(UUID(claims["sid"])) == claims["sid"]
    assert claims["jti"]
    assert abs(claims["iat"] - time.time()) < CLOCK_TOLERANCE
    assert claims["exp"] > claims["iat"]


@pytest.mark.requirement("TOKEN-04")
def test_each_login_gives_a_family_and_an_id_of_its_own(
    site: Site, holder: Member
) -> None:
    again = site.sign_in(holder.account, holder.password)
    first, second = claims_of(holder.access_token), claims_of(again.access_token)
    assert first["sub"] == second["sub"]
    assert first["sid"] != second["sid"]
    assert first["jti"] != second["jti"]


@pytest.mark.requirement("TOKEN-04")
def test_a_token_tells_nothing_private(holder: Member) -> None:
    shown = json.dumps(claims_of(holder.access_token))
    private = [holder.email, holder.password, holder.refresh_token, "argon2"]
    assert not [secret for secret in private if secret in shown]


@pytest.mark.requirement("TOKEN-04")
def test_the_signature_is_that_of_the_secret_key(
    holder: Member, forge_token: Forger
) -> None:
    signed, _, signature = holder.access_token.rpartition(".")
    header = json.loads(decoded(signed.partition(".")[0]))
    assert header["alg"] == "HS256"
    expected = hmac.digest(forge_token.key.encode(), signed.encode(), hashlib.sha256)
    assert decoded(signature) == expected


@pytest.mark.requirement("TOKEN-05", "TOKEN-08")
@pytest.mark.parametrize(
    "claims",
    [
        pytest.param({}, id="the same claims"),
        pytest.param({"jti": "another"}, id="another jti"),
        pytest.param({"iat": -120}, id="made 2 minutes ago"),
        pytest.param({"iat": 30}, id="made by a clock that is 30 s ahead"),
        pytest.param({"exp": 120}, id="ends in 2 minutes"),
        pytest.param({"exp": 10**9}, id="ends in 30 years"),
    ],
)
def test_a_token_that_another_server_signed_is_taken(
    anonymous: Client, holder: Member, forge_token: Forger, claims: Json
) -> None:
    times = {name: value for name, value in claims.items() if name in {"iat", "exp"}}
    moved = {name: int(time.time()) + seconds for name, seconds in times.items()}
    token = forge_token(holder.access_token, **{**claims, **moved})
    assert expect(anonymous.with_token(token).get_account(), 200) == holder.account


@pytest.mark.requirement("TOKEN-05", "AUTH-11", "AUTH-16")
def test_two_servers_on_the_same_data_take_each_others_tokens(
    anonymous: Client, member: Member, short_lived: Site
) -> None:
    there = short_lived.anonymous()
    seen = there.with_token(member.access_token).get_account()
    assert expect(seen, 200) == member.account
    refreshed = there.refresh_tokens(refresh_token=member.refresh_token)
    pair = expect(refreshed, 200)
    back = anonymous.with_token(pair["access_token"]).get_account()
    assert expect(back, 200) == member.account
    expect(there.logout(refresh_token=pair["refresh_token"]), 204)
    expect_unauthorized(member.get_account(), "invalid_token")


@pytest.mark.requirement("TOKEN-10")
def test_an_older_version_is_refused_in_a_living_family(
    anonymous: Client, member: Member, forge_token: Forger
) -> None:
    passwords = {
        "current_password": member.password,
        "new_password": "a quiet walk home",
    }
    pair = expect(member.change_password(**passwords), 200)
    expect(anonymous.with_token(pair["access_token"]).get_account(), 200)
    old = claims_of(member.access_token)["ver"]
    token = forge_token(pair["access_token"], ver=old)
    expect_unauthorized(anonymous.with_token(token).get_account(), "invalid_token")


@pytest.mark.requirement("TOKEN-09")
@pytest.mark.parametrize("whose", ["nobody's", "another user's"])
def test_a_family_that_is_not_the_callers_is_refused(
    anonymous: Client,
    holder: Member,
    stranger: Member,
    forge_token: Forger,
    whose: str,
) -> None:
    theirs = claims_of(stranger.access_token)["sid"]
    sid = theirs if whose == "another user's" else str(uuid4())
    token = forge_token(holder.access_token, sid=sid)
    expect_unauthorized(anonymous.with_token(token).get_account(), "invalid_token")


@pytest.mark.requirement("TOKEN-09", "TOKEN-07")
def test_the_id_of_another_user_is_refused_in_ones_own_family(
    anonymous: Client, holder: Member, stranger: Member, forge_token: Forger
) -> None:
    token = forge_token(holder.access_token, sub=str(stranger.id))
    expect_unauthorized(anonymous.with_token(token).get_account(), "invalid_token")


@pytest.mark.requirement("TOKEN-11")
def test_the_id_of_nobody_is_refused(
    anonymous: Client, holder: Member, forge_token: Forger
) -> None:
    token = forge_token(holder.access_token, sub=str(2**63 - 1))
    expect_unauthorized(anonymous.with_token(token).get_account(), "invalid_token")


@pytest.mark.requirement("TOKEN-14")
@pytest.mark.serial
def test_ids_are_never_given_twice(site: Site, member: Member) -> None:
    """Run alone: the deleted account was the last one made."""
    expect(member.delete_account(current_password=member.password), 204)
    again = site.new_member(username=member.username, email=member.email)
    others = [site.new_member() for _ in range(ACCOUNTS)]
    assert min(each.id for each in (again, *others)) > member.id
    expect_unauthorized(member.get_account(), "invalid_token")
    refresh = member.refresh_tokens(refresh_token=member.refresh_token)
    expect_unauthorized(refresh, "invalid_token")
    assert expect(again.get_account(), 200) == again.account
