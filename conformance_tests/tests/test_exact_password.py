"""A password is compared as it is: nothing trimmed, cut, folded or normalised."""

import unicodedata

import pytest

from quintet_conformance import names
from quintet_conformance.helpers import expect, expect_problem
from quintet_conformance.operations import Client
from quintet_conformance.site import Site

# Over 72 bytes, with capitals, white space at the ends and composed letters.
PARTICULAR = (
    " Crème brûlée ﬁrst, Ångström — and then the quiet long Walk home to the Sea "
)


@pytest.fixture(scope="module")
def name(site: Site) -> str:
    """The name of a user whose password can be mistaken in many ways."""
    details = {"username": names.username(), "email": names.email()}
    response = site.anonymous().register(**details, password=PARTICULAR)
    return str(expect(response, 201)["username"])


@pytest.mark.requirement("AUTH-09", "TEXT-02")
@pytest.mark.parametrize(
    "mistaken",
    [
        pytest.param(PARTICULAR.lower(), id="lower case"),
        pytest.param(PARTICULAR.upper(), id="upper case"),
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
    anonymous: Client, name: str, mistaken: str
) -> None:
    assert mistaken != PARTICULAR
    response = anonymous.login(username=name, password=mistaken)
    expect_problem(response, 401, "invalid_credentials")


@pytest.mark.requirement("AUTH-09", "TEXT-02")
def test_the_exact_password_signs_in(anonymous: Client, name: str) -> None:
    login = {"username": name, "password": PARTICULAR}
    expect(anonymous.login(**login), 200)
