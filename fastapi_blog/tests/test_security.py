"""Passwords and access tokens."""

import json
import time
from typing import Any, Literal
from uuid import UUID, uuid4

import jwt
import pytest
from argon2 import PasswordHasher

from app import security
from app.errors import InvalidToken
from app.security import decode_access_token, encode_access_token

pytestmark = pytest.mark.anyio
KEY = b"k" * 32
FAMILY = UUID("6a1f0d6e-4c3b-4f1e-9d55-0b6f7a1c2d3e")


def claims(**changes: object) -> dict[str, object]:
    now = int(time.time())
    usual = {
        "iss": "quintet",
        "sub": "7",
        "sid": str(FAMILY),
        "ver": 1,
        "iat": now,
        "exp": now + 60,
        "jti": "x",
    }
    return {**usual, **changes}


def sign(
    payload: dict[str, object],
    key: bytes = KEY,
    algorithm: str = "HS256",
    headers: dict[str, object] | None = None,
) -> str:
    """Signs what PyJWT itself would refuse to write."""
    content = json.dumps(payload).encode()
    return jwt.api_jws.encode(content, key, algorithm, headers)


def test_access_token_comes_back() -> None:
    token = encode_access_token(7, FAMILY, 3, key=KEY, ttl=60)
    read = decode_access_token(token, KEY)
    assert (read.sub, read.sid, read.ver) == (7, FAMILY, 3)
    assert read.exp - read.iat == 60


def test_clock_may_be_a_minute_behind() -> None:
    ahead = int(time.time()) + 50
    assert decode_access_token(sign(claims(iat=ahead)), KEY).iat == ahead


@pytest.mark.parametrize("name", ["iss", "sub", "sid", "ver", "iat", "exp", "jti"])
def test_every_claim_is_needed(name: str) -> None:
    payload = claims()
    del payload[name]
    with pytest.raises(InvalidToken):
        decode_access_token(sign(payload), KEY)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("iss", "another"),
        ("iss", ["quintet"]),
        ("sub", 7),
        ("sub", "0"),
        ("sub", "07"),
        ("sub", "٧"),
        ("sub", "9" * 19),
        ("sub", "9" * 30),
        ("sid", "x"),
        ("sid", 7),
        ("ver", "1"),
        ("ver", 1.0),
        ("ver", True),
        ("iat", "now"),
        ("iat", int(time.time()) + 86_400),
        ("exp", int(time.time()) - 1),
        ("exp", 4e9),
        ("exp", []),
        ("exp", float("inf")),
        ("jti", 7),
    ],
)
def test_claim_is_refused(name: str, value: object) -> None:
    with pytest.raises(InvalidToken):
        decode_access_token(sign(claims(**{name: value})), KEY)


@pytest.mark.parametrize(
    "token",
    [
        sign(claims(), key=b"x" * 32),
        sign(claims(), key=KEY * 2, algorithm="HS512"),
        sign(claims(), headers={"crit": ["b64"], "b64": True}),
        sign(claims(), headers={"crit": ["x"], "x": 1}),
        sign(claims())[:-2],
        "eyJhbGciOiJub25lIn0." + sign(claims()).split(".")[1] + ".",
        "W1tbW1tb" * 1000 + ".e30.x",
        "a.b.c",
        "..",
        "",
        "ä.ö.ü",
    ],
)
def test_token_is_refused(token: str) -> None:
    with pytest.raises(InvalidToken):
        decode_access_token(token, KEY)


async def test_password_is_compared_exactly() -> None:
    stored = await security.hash_password("pass word pass")
    assert await security.verify_password(stored, "pass word pass")
    assert not await security.verify_password(stored, "pass word pass ")
    assert not await security.verify_password(stored, "Pass word pass")
    assert not await security.verify_password("no hash", "pass word pass")


async def test_hash_is_argon2id_with_the_right_cost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.undo()
    stored = await security.hash_password("pass word pass")
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert not security.needs_rehash(stored)
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("x")
    assert security.needs_rehash(weak)


@pytest.mark.parametrize("known", [True, False])
async def test_hasher_runs_once_for_known_and_unknown(
    monkeypatch: pytest.MonkeyPatch, known: bool
) -> None:
    stored = await security.hash_password("pass word pass") if known else None
    runs: list[str] = []

    class CountingHasher(PasswordHasher):
        def verify(self, *arguments: Any) -> Literal[True]:
            runs.append("verify")
            return super().verify(*arguments)

        def hash(self, *arguments: Any, **options: Any) -> str:
            runs.append("hash")
            return super().hash(*arguments, **options)

    monkeypatch.setattr(security, "hasher", CountingHasher())
    assert not await security.verify_password(stored, "another password")
    assert runs == ["verify"]


def test_random_tokens_differ_and_hash_to_64_digits() -> None:
    tokens = {security.new_token() for _ in range(100)}
    assert len(tokens) == 100
    assert {len(token) for token in tokens} == {43}
    assert len(security.token_hash(str(uuid4()))) == 64
