"""Tokens with the right signature and a claim that is missing or not as it must be."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from quintet_conformance.helpers import expect_unauthorized
from quintet_conformance.operations import Client
from quintet_conformance.site import Member, Site
from quintet_conformance.tokens import Forger, claims_of

Json = Any
Change = Callable[[Json], Json]

CLAIMS = ("iss", "sub", "sid", "ver", "iat", "exp", "jti")
NOT_TEXTS = [None, 1, True, ["quintet"], {"text": "quintet"}]
NOT_INTEGERS = [None, "", [1], {"value": 1}]


@pytest.fixture(scope="module")
def holder(site: Site) -> Member:
    return site.new_member()


def expect_refused(caller: Client, token: str) -> None:
    expect_unauthorized(caller.with_token(token).get_account(), "invalid_token")


@pytest.mark.requirement("TOKEN-07")
@pytest.mark.parametrize("claim", CLAIMS)
def test_a_missing_claim_is_refused(
    anonymous: Client, holder: Member, forge_token: Forger, claim: str
) -> None:
    expect_refused(anonymous, forge_token(holder.access_token, without=[claim]))


@pytest.mark.requirement("TOKEN-07")
@pytest.mark.parametrize("value", NOT_TEXTS, ids=json.dumps)
@pytest.mark.parametrize("claim", ["iss", "sub", "sid", "jti"])
def test_a_text_of_another_type_is_refused(
    anonymous: Client, holder: Member, forge_token: Forger, claim: str, value: Json
) -> None:
    expect_refused(anonymous, forge_token(holder.access_token, **{claim: value}))


@pytest.mark.requirement("TOKEN-07")
@pytest.mark.parametrize("value", NOT_INTEGERS, ids=json.dumps)
@pytest.mark.parametrize("claim", ["ver", "iat", "exp"])
def test_an_integer_of_another_type_is_refused(
    anonymous: Client, holder: Member, forge_token: Forger, claim: str, value: Json
) -> None:
    expect_refused(anonymous, forge_token(holder.access_token, **{claim: value}))


@pytest.mark.requirement("TOKEN-07")
@pytest.mark.parametrize("convert", [str, float, bool, lambda n: [n]])
@pytest.mark.parametrize("claim", ["ver", "iat", "exp"])
def test_an_integer_written_otherwise_is_refused(
    anonymous: Client, holder: Member, forge_token: Forger, claim: str, convert: Any
) -> None:
    value = convert(claims_of(holder.access_token)[claim])
    expect_refused(anonymous, forge_token(holder.access_token, **{claim: value}))


@pytest.mark.requirement("TOKEN-07")
@pytest.mark.parametrize(
    ("claim", "change"),
    [
        pytest.param("iss", lambda _: "another", id="iss another"),
        pytest.param("iss", lambda _: "Quintet", id="iss in capitals"),
        pytest.param("iss", lambda _: "", id="iss empty"),
        pytest.param("sub", int, id="sub an integer"),
        pytest.param("sub", lambda _: "", id="sub empty"),
        pytest.param("sub", lambda _: "0", id="sub zero"),
        pytest.param("sub", lambda sub: f"-{sub}", id="sub negative"),
        pytest.param("sub", lambda sub: f"+{sub}", id="sub with a sign"),
        pytest.param("sub", lambda sub: f" {sub}", id="sub with a space"),
        pytest.param("sub", lambda sub: f"{sub}\n", id="sub with a line end"),
        pytest.param("sub", lambda sub: f"{sub}.0", id="sub with a fraction"),
        pytest.param("sub", lambda sub: f"{sub}\x00", id="sub with NUL"),
        pytest.param("sub", lambda sub: f"0_{sub}", id="sub with an underscore"),
        pytest.param(
            "sub",
            lambda sub: "".join(chr(ord("٠") + int(digit)) for digit in sub),
            id="sub in Arabic digits",
        ),
        pytest.param("sub", lambda _: str(2**63), id="sub of 64 bits"),
        pytest.param("sub", lambda _: "9" * 400, id="sub of 400 digits"),
        pytest.param("sub", lambda _: "\ud800", id="sub a lone surrogate"),
        pytest.param("sid", lambda _: "", id="sid empty"),
        pytest.param("sid", lambda sid: sid[:-1], id="sid shortened"),
        pytest.param("sid", lambda sid: f"{sid}0", id="sid longer"),
        pytest.param("sid", lambda _: "family", id="sid no UUID"),
        pytest.param("sid", lambda _: "\x00" * 36, id="sid of NUL"),
        pytest.param("ver", lambda ver: ver + 1, id="ver of tomorrow"),
        pytest.param("ver", lambda ver: ver - 1, id="ver of yesterday"),
        pytest.param("ver", lambda ver: -ver - 1, id="ver negative"),
        pytest.param("ver", lambda _: 2**31, id="ver of 32 bits"),
        pytest.param("ver", lambda _: 2**63, id="ver of 64 bits"),
        pytest.param("ver", lambda _: 10**400, id="ver of 401 digits"),
        pytest.param("iat", lambda _: float("inf"), id="iat infinite"),
        pytest.param("iat", lambda _: float("nan"), id="iat not a number"),
        pytest.param("iat", lambda iat: iat + 0.5, id="iat with a fraction"),
        pytest.param("exp", lambda _: float("inf"), id="exp infinite"),
        pytest.param("exp", lambda _: float("nan"), id="exp not a number"),
        pytest.param("exp", lambda exp: exp + 0.5, id="exp with a fraction"),
        pytest.param("exp", lambda _: "tomorrow", id="exp a word"),
    ],
)
def test_another_value_is_refused(
    anonymous: Client, holder: Member, forge_token: Forger, claim: str, change: Change
) -> None:
    value = change(claims_of(holder.access_token)[claim])
    expect_refused(anonymous, forge_token(holder.access_token, **{claim: value}))


@pytest.mark.requirement("TOKEN-08")
@pytest.mark.parametrize(
    ("claim", "seconds"),
    [
        pytest.param("exp", -120, id="ended 2 minutes ago"),
        pytest.param("exp", -(10**9), id="ended 30 years ago"),
        pytest.param("iat", 120, id="made in 2 minutes"),
        pytest.param("iat", 10**30, id="made in ages"),
        pytest.param("iat", 10**400, id="made at no date"),
    ],
)
def test_another_time_is_refused(
    anonymous: Client, holder: Member, forge_token: Forger, claim: str, seconds: int
) -> None:
    times: Json = {claim: int(time.time()) + seconds}
    expect_refused(anonymous, forge_token(holder.access_token, **times))


@pytest.mark.requirement("TOKEN-08")
@pytest.mark.parametrize("end", [0, -1, -(2**31)])
def test_an_end_before_the_epoch_is_refused(
    anonymous: Client, holder: Member, forge_token: Forger, end: int
) -> None:
    expect_refused(anonymous, forge_token(holder.access_token, exp=end))
