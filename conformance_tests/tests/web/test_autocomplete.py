"""Browsers and password managers know what belongs in a field."""

import pytest

from quintet_conformance.web.browser import Browser
from quintet_conformance.web.markup import attribute
from quintet_conformance.web.people import SignedIn

pytestmark = pytest.mark.requirement("A11Y-08")

LINK = "/password-reset/" + "a" * 43
FOR_ALL = [
    ("/login", "username", "username"),
    ("/login", "password", "current-password"),
    ("/register", "username", "username"),
    ("/register", "email", "email"),
    ("/register", "password", "new-password"),
    ("/password-reset", "email", "email"),
    (LINK, "new_password", "new-password"),
]
OF_AN_ACCOUNT = [
    ("/account", "email", "email"),
    ("/account", "current_password", "current-password"),
    ("/account/password", "current_password", "current-password"),
    ("/account/password", "new_password", "new-password"),
    ("/account/delete", "current_password", "current-password"),
]


@pytest.mark.parametrize(("path", "field", "purpose"), FOR_ALL)
def test_a_field_for_all_says_what_belongs_in_it(
    visitor: Browser, path: str, field: str, purpose: str
) -> None:
    control = visitor.open(path).form(path).control(field)
    assert attribute(control, "autocomplete") == purpose


@pytest.mark.parametrize(("action", "field", "purpose"), OF_AN_ACCOUNT)
def test_a_field_of_an_account_says_what_belongs_in_it(
    author: SignedIn, action: str, field: str, purpose: str
) -> None:
    control = author.open("/account").form(action).control(field)
    assert attribute(control, "autocomplete") == purpose
