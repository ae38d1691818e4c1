"""Access tokens, hashes, and the work that a login makes."""

import json
import time
from typing import Any
from unittest import mock
from uuid import uuid4

import jwt
import pytest
from argon2 import PasswordHasher, extract_parameters
from django.contrib.auth.hashers import check_password, get_hasher, make_password
from django.db import connection

from accounts.models import User
from common.errors import InvalidToken
from common.security import (
    AccessToken,
    decode_access_token,
    encode_access_token,
    new_token,
    token_hash,
)
from tests.conftest import Person, SignUp

KEY = b"k" * 32
TOKEN = AccessToken(7, uuid4(), 1)
REAL = "accounts.hashers.Argon2idHasher"


def claims(**changed: Any) -> dict[str, Any]:
    token = encode_access_token(TOKEN, key=KEY, ttl=60)
    return {**jwt.decode(token, KEY, ["HS256"]), **changed}


def sign(payload: dict[str, Any], **options: Any) -> str:
    return jwt.encode(payload, **{"key": KEY, "algorithm": "HS256", **options})


def test_access_token_comes_back() -> None:
    token = encode_access_token(TOKEN, key=KEY, ttl=60)
    assert decode_access_token(token, KEY) == TOKEN


def test_clock_may_be_a_minute_behind() -> None:
    assert decode_access_token(sign(claims(iat=int(time.time()) + 50)), KEY) == TOKEN


@pytest.mark.parametrize("name", ["iss", "sub", "sid", "ver", "iat", "exp", "jti"])
def test_every_claim_is_needed(name: str) -> None:
    payload = claims()
    del payload[name]
    with pytest.raises(InvalidToken):
        decode_access_token(sign(payload), KEY)


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "other"},
        {"iss": ["quintet"]},
        {"sub": "0"},
        {"sub": "07"},
        {"sub": "\u0661"},
        {"sub": str(2**63)},
        {"sid": "x"},
        {"ver": "1"},
        {"ver": True},
        {"iat": 1.5},
        {"iat": int(time.time()) + 3600},
        {"exp": int(time.time()) - 1},
        {"exp": str(int(time.time()) + 60)},
        {"jti": None},
        {"aud": "somebody"},
        {"nbf": int(time.time()) + 3600},
    ],
)
def test_claim_is_refused(changed: dict[str, Any]) -> None:
    with mock.patch.object(jwt.PyJWT, "_validate_jti", create=True):
        token = sign(claims(**changed)) if "iss" not in changed else _raw(changed)
    with pytest.raises(InvalidToken):
        decode_access_token(token, KEY)


def _raw(changed: dict[str, Any]) -> str:
    """PyJWT itself refuses to sign some of these."""
    body = jwt.api_jws.PyJWS()
    payload = json.dumps(claims(**changed)).encode()
    return body.encode(payload, KEY, "HS256")


@pytest.mark.parametrize(
    "token",
    [
        "",
        "a.b.c",
        "\u00e9",
        sign(claims(), key=b"x" * 32),
        sign(claims(), algorithm="HS512", key=b"k" * 64),
        sign(claims(), algorithm="none", key=None),
        sign(claims(), headers={"crit": ["x"], "x": 1}),
    ],
)
def test_token_is_refused(token: str) -> None:
    with pytest.raises(InvalidToken):
        decode_access_token(token, KEY)


@pytest.mark.django_db
def test_stored_hash_is_argon2id_with_the_right_cost(settings: Any) -> None:
    settings.PASSWORD_HASHERS = [REAL]
    user = User(username="ada", email="a@b.co")
    user.set_password("secret")
    user.save()
    with connection.cursor() as cursor:
        cursor.execute("SELECT password FROM users")
        (stored,) = cursor.fetchone()
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    other_server = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
    assert other_server.verify(stored, "secret")
    assert not other_server.check_needs_rehash(stored)
    assert User.objects.get().check_password("secret")


def test_hash_of_another_server_needs_no_rehash(settings: Any) -> None:
    settings.PASSWORD_HASHERS = [REAL]
    theirs = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1).hash(
        "secret"
    )
    encoded = f"argon2{theirs}"
    assert check_password("secret", encoded)
    assert not get_hasher().must_update(encoded)
    assert extract_parameters(theirs) == extract_parameters(
        make_password("secret").removeprefix("argon2")
    )


def test_password_is_compared_exactly() -> None:
    encoded = make_password("Caf\u00e9 " + "x" * 80)
    assert check_password("Caf\u00e9 " + "x" * 80, encoded)
    for other in (
        "caf\u00e9 " + "x" * 80,
        "Cafe\u0301 " + "x" * 80,
        "Caf\u00e9 " + "x" * 79,
    ):
        assert not check_password(other, encoded)


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["ada", "nobody"])
def test_hasher_runs_once_for_known_and_unknown(sign_up: SignUp, name: str) -> None:
    sign_up("ada")
    hasher = type(get_hasher())
    with (
        mock.patch.object(
            hasher, "verify", autospec=True, return_value=False
        ) as verify,
        mock.patch.object(hasher, "encode", autospec=True, return_value="x") as encode,
    ):
        answer = Person().post(
            "/api/v1/auth/login", {"username": name, "password": "wrong"}
        )
    assert answer.status_code == 401
    assert verify.call_count + encode.call_count == 1


def test_random_tokens_differ_and_hash_to_64_digits() -> None:
    assert len(new_token()) == 43
    assert new_token() != new_token()
    assert len(token_hash("a")) == 64
