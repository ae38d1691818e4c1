"""A password is compared as it is: nothing trimmed, cut, folded or normalised."""

import unicodedata

import pytest

from quintet_conformance.helpers import expect, expect_problem
from quintet_conformance.operations import Client
from quintet_conformance.site import Member, Site

# Over 72 bytes, with capitals, white space at the ends and composed letters.
PARTICULAR = (
    " Crème brûlée ﬁrst, Ångström — and then the quiet long Walk home to the Sea "
)


@pytest.fixture(scope="module")
def particular(site: Site) -> Member:
    """A user whose password can be mistaken in many ways."""
    return site.new_member(password=PARTICULAR)


@pytest.mark.requirement("AUTH-09", "TEXT-02")
@pytest.mark.parametrize(
    "mistaken",
    [
        pytest.param(PARTICULAR.lower(), id="lower case"),
        pytest.param(PARTICULAR.upper(), id="upper case"),
        pytest.param(PARTICULAR.swapcase(), id="swapped case"),
        pytest.param(PARTICULAR.strip(), id="trimmed"),
        pytest.param(PARTICULAR.lstrip(), id="trimmed at the beginning"),
        pytest.param(PARTICULAR.rstrip(), id="trimmed at the end"),
        pytest.param(f"{PARTICULAR} ", id="a space more"),
        pytest.param(PARTICULAR.replace(" ", "\u00a0"), id="other spaces"),
        pytest.param(PARTICULAR.replace(" ", ""), id="no spaces"),
        pytest.param(f"{PARTICULAR}\u200b", id="an invisible character more"),
        pytest.param(
            PARTICULAR.encode()[:72].decode(errors="ignore"), id="cut after 72 bytes"
        ),
        pytest.param(PARTICULAR[:-2] + "! ", id="another end"),
        pytest.param(unicodedata.normalize("NFD", PARTICULAR), id="NFD"),
        pytest.param(unicodedata.normalize("NFKC", PARTICULAR), id="NFKC"),
    ],
)
def test_a_password_is_compared_exactly(
    anonymous: Client, particular: Member, mistaken: str
) -> None:
    assert mistaken != PARTICULAR
    response = anonymous.login(username=particular.username, password=mistaken)
    expect_problem(response, 401, "invalid_credentials")


@pytest.mark.requirement("AUTH-09", "TEXT-02")
def test_the_exact_password_signs_in(anonymous: Client, particular: Member) -> None:
    login = {"username": particular.username, "password": PARTICULAR}
    expect(anonymous.login(**login), 200)
