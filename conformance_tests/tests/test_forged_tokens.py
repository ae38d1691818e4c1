"""Tokens that nobody gave out: other keys, algorithms, headers and signatures."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import pytest

from quintet_conformance.helpers import expect, expect_unauthorized
from quintet_conformance.operations import Client
from quintet_conformance.site import Member, Site
from quintet_conformance.tokens import Forger, claims_of

Json = Any
Claims = dict[str, Json]

HEADER = b'{"alg":"HS256","typ":"JWT"}'


@pytest.fixture(scope="module")
def holder(site: Site) -> Member:
    return site.new_member()


def expect_refused(caller: Client, token: str) -> None:
    expect_unauthorized(caller.with_token(token).get_account(), "invalid_token")


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode("ascii").rstrip("=")


def signed(key: str, header: bytes, payload: bytes) -> str:
    """Sign any bytes with HS256, also such as are no JSON."""
    text = f"{encoded(header)}.{encoded(payload)}"
    signature = hmac.digest(key.encode(), text.encode("ascii"), hashlib.sha256)
    return f"{text}.{encoded(signature)}"


@pytest.mark.requirement("TOKEN-06")
@pytest.mark.parametrize(
    "algorithm",
    ["none", "None", "NONE", "HS384", "HS512", "RS256", "ES256", "EdDSA", "hs256", ""],
)
def test_another_algorithm_is_refused(
    anonymous: Client, holder: Member, forge_token: Forger, algorithm: str
) -> None:
    expect_refused(anonymous, forge_token(holder.access_token, algorithm=algorithm))


@pytest.mark.requirement("TOKEN-06")
@pytest.mark.parametrize("algorithm", ["none", "HS384", "HS512", "hs256", "RS256"])
def test_another_name_of_the_algorithm_is_refused(
    anonymous: Client, holder: Member, forge_token: Forger, algorithm: str
) -> None:
    """Signed with HS256 all the same."""
    token = forge_token(holder.access_token, header={"alg": algorithm})
    expect_refused(anonymous, token)


@pytest.mark.requirement("TOKEN-06")
@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda key: f"{key}x", id="longer"),
        pytest.param(lambda key: key[:-1], id="shorter"),
        pytest.param(lambda key: key[::-1], id="backwards"),
        pytest.param(lambda key: key.swapcase(), id="swapped case"),
        pytest.param(lambda _: "", id="empty"),
        pytest.param(lambda _: "secret", id="guessed"),
        pytest.param(lambda key: hashlib.sha256(key.encode()).hexdigest(), id="hashed"),
    ],
)
def test_another_key_is_refused(
    anonymous: Client,
    holder: Member,
    forge_token: Forger,
    change: Callable[[str], str],
) -> None:
    token = forge_token(holder.access_token, key=change(forge_token.key))
    expect_refused(anonymous, token)


@pytest.mark.requirement("TOKEN-06")
@pytest.mark.parametrize(
    "extra",
    [
        pytest.param({"crit": ["exp"]}, id="known claim"),
        pytest.param({"crit": ["b64"], "b64": True}, id="known extension"),
        pytest.param({"crit": ["urn:x"], "urn:x": 1}, id="unknown extension"),
        pytest.param({"crit": []}, id="nothing"),
        pytest.param({"crit": None}, id="null"),
        pytest.param({"crit": "exp"}, id="no list"),
    ],
)
def test_a_crit_header_is_refused(
    anonymous: Client, holder: Member, forge_token: Forger, extra: Claims
) -> None:
    expect_refused(anonymous, forge_token(holder.access_token, header=extra))


@pytest.mark.requirement("TOKEN-06")
@pytest.mark.parametrize(
    "change",
    [
        {"sub": "1"},
        {"ver": 99},
        {"exp": 9_999_999_999},
        {"role": "admin"},
        {"jti": "another"},
    ],
    ids="-".join,
)
def test_a_changed_payload_is_refused(
    anonymous: Client, holder: Member, change: Claims
) -> None:
    header, _, signature = holder.access_token.split(".")
    payload = json.dumps({**claims_of(holder.access_token), **change}).encode()
    expect_refused(anonymous, f"{header}.{encoded(payload)}.{signature}")


@pytest.mark.requirement("TOKEN-06")
@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda _: "", id="removed"),
        pytest.param(lambda signature: signature[:-4], id="shortened"),
        pytest.param(lambda signature: signature[::-1], id="backwards"),
        pytest.param(lambda signature: signature.swapcase(), id="swapped case"),
        pytest.param(lambda signature: f"AAAA{signature[4:]}", id="changed"),
        pytest.param(lambda signature: f"{signature}AAAA", id="longer"),
        pytest.param(lambda _: "A" * 43, id="zeros"),
    ],
)
def test_a_changed_signature_is_refused(
    anonymous: Client, holder: Member, spoil: Callable[[str], str]
) -> None:
    text, _, signature = holder.access_token.rpartition(".")
    expect_refused(anonymous, f"{text}.{spoil(signature)}")


@pytest.mark.requirement("TOKEN-06")
def test_the_signature_of_another_token_is_refused(
    anonymous: Client, holder: Member, other_member: Member
) -> None:
    text = holder.access_token.rpartition(".")[0]
    signature = other_member.access_token.rpartition(".")[2]
    expect_refused(anonymous, f"{text}.{signature}")


@pytest.mark.requirement("TOKEN-07")
@pytest.mark.parametrize(
    "payload",
    [b"", b"{", b"null", b"[]", b'"text"', b"1", b"\xff\xfe", b"[" * 3000],
    ids=["empty", "cut", "null", "list", "text", "number", "bytes", "nested"],
)
def test_a_payload_that_is_no_object_is_refused(
    anonymous: Client, forge_token: Forger, payload: bytes
) -> None:
    expect_refused(anonymous, signed(forge_token.key, HEADER, payload))


@pytest.mark.requirement("TOKEN-06")
@pytest.mark.parametrize(
    "header",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"{}",
        b'{"alg":null}',
        b'{"alg":["HS256"]}',
        b'{"alg":{"HS256":1}}',
        b'{"alg":256}',
        b"\xff\xfe",
        b"[" * 3000,
    ],
    ids=lambda header: ascii(header)[2:-1][:20],
)
def test_another_header_is_refused(
    anonymous: Client, holder: Member, forge_token: Forger, header: bytes
) -> None:
    payload = json.dumps(claims_of(holder.access_token)).encode()
    expect_refused(anonymous, signed(forge_token.key, header, payload))


@pytest.mark.requirement("TOKEN-05")
@pytest.mark.parametrize(
    ("header", "separators"),
    [
        (HEADER, (",", ":")),
        (b'{"typ":"JWT","alg":"HS256"}', (",", ":")),
        (b'{ "alg" : "HS256" }', (", ", ": ")),
    ],
    ids=["as usual", "header backwards", "without typ and with spaces"],
)
def test_the_writing_of_a_token_does_not_matter(
    anonymous: Client,
    holder: Member,
    forge_token: Forger,
    header: bytes,
    separators: tuple[str, str],
) -> None:
    claims = dict(reversed(claims_of(holder.access_token).items()))
    payload = json.dumps(claims, separators=separators).encode()
    caller = anonymous.with_token(signed(forge_token.key, header, payload))
    assert expect(caller.get_account(), 200) == holder.account


@pytest.mark.requirement("TOKEN-06", "HTTP-24")
def test_a_forged_token_changes_nothing(holder: Member, forge_token: Forger) -> None:
    caller = holder.with_token(forge_token(holder.access_token, algorithm="none"))
    deletion = caller.delete_account(current_password=holder.password)
    expect_unauthorized(deletion, "invalid_token")
    expect_unauthorized(caller.create_todo(title="Forged"), "invalid_token")
    assert expect(holder.list_todos(), 200)["items"] == []
