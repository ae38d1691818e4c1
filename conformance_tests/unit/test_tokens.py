"""Forged tokens differ from the real one in what was asked for."""

import pytest

from quintet_conformance.tokens import Forger, claims_of

REAL = Forger("secret")("e30.e30.x", sub="1", ver=0, exp=99)


def test_a_token_varied():
    forge = Forger("secret")
    assert forge(REAL) == REAL
    assert claims_of(forge(REAL, ver=1, without=["exp"])) == {"sub": "1", "ver": 1}


@pytest.mark.parametrize(
    "change", [{"key": "other"}, {"algorithm": "HS512"}, {"header": {"crit": ["x"]}}]
)
def test_the_signature_belongs_to_it(change):
    forge = Forger("secret")
    assert forge(REAL, **change).split(".")[2] != REAL.split(".")[2]


def test_an_unsigned_token():
    assert Forger("secret")(REAL, algorithm="none").endswith(".")
