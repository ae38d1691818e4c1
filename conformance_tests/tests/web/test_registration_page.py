"""Registration by form: who is signed in afterwards, and what is refused."""

from urllib.parse import parse_qs, urlsplit

import pytest

from quintet_conformance import names
from quintet_conformance.helpers import expect
from quintet_conformance.operations import Client
from quintet_conformance.web.browser import Browser
from quintet_conformance.web.helpers import (
    expect_mistakes,
    expect_redirect,
    expect_success,
)
from quintet_conformance.web.people import SignedIn

PASSWORD = names.PASSWORD
ELSEWHERE = "/todos?show=active"


def details(**changes: str) -> dict[str, str]:
    made = {"username": names.username(), "email": names.email()}
    return {**made, "password": PASSWORD, **changes}


@pytest.mark.requirement("FORM-07", "FORM-05", "WEB-22")
def test_registration_signs_in(visitor: Browser, anonymous: Client) -> None:
    typed = details()
    answer = visitor.fill("/register", **typed)
    page = expect_success(visitor, answer, "/")
    assert page.is_signed_in
    shown = visitor.open("/account").form("/account")
    assert shown.value("email") == typed["email"]
    profile = expect(anonymous.get_profile(typed["username"]), 200)
    assert profile["username"] == typed["username"]


@pytest.mark.requirement("FORM-07")
@pytest.mark.parametrize(
    ("page", "other"), [("/login", "/register"), ("/register", "/login")]
)
def test_next_goes_from_one_page_to_the_other(
    visitor: Browser, page: str, other: str
) -> None:
    answer = visitor.open(page, next=ELSEWHERE)
    assert answer.form(page).hidden["next"] == ELSEWHERE
    links = [urlsplit(link) for link in answer.links("main a")]
    queries = [parse_qs(link.query) for link in links if link.path == other]
    assert {"next": [ELSEWHERE]} in queries
    onward = visitor.open(other, next=ELSEWHERE)
    assert onward.form(other).hidden["next"] == ELSEWHERE


@pytest.mark.requirement("FORM-07", "FORM-02", "FORM-03", "FORM-04")
def test_next_and_what_was_typed_outlast_mistakes(visitor: Browser) -> None:
    form = visitor.open("/register", next=ELSEWHERE).form("/register")
    typed = details(username="a b", email="no address", password="short")
    answer = visitor.submit(form, **typed)
    form = expect_mistakes(answer, "/register", "username", "email", "password")
    assert form.hidden["next"] == ELSEWHERE
    assert (form.value("username"), form.value("email")) == ("a b", "no address")
    assert form.value("password") == ""
    links = answer.select('[role=alert] a[href^="#"]')
    assert len(links) == 3
    answer = visitor.submit(form, **details())
    expect_redirect(answer, ELSEWHERE)
    visitor.open(ELSEWHERE)


@pytest.mark.requirement("FORM-01", "FORM-02", "FORM-03")
def test_a_taken_name_and_address_are_told(visitor: Browser, author: SignedIn) -> None:
    taken = author.member
    typed = details(username=taken.username.upper(), email=taken.email)
    form = expect_mistakes(
        visitor.fill("/register", **typed), "/register", "username", "email"
    )
    assert form.value("username") == taken.username.upper()
    assert not visitor.open("/").is_signed_in


@pytest.mark.requirement("FORM-01", "FORM-02")
@pytest.mark.parametrize("kind", ["the name", "the address", "its local part"])
def test_a_password_that_is_the_name_or_address_is_refused(
    visitor: Browser, anonymous: Client, kind: str
) -> None:
    typed = details()
    values = {
        "the name": typed["username"].upper(),
        "the address": typed["email"],
        "its local part": typed["email"].partition("@")[0],
    }
    form = visitor.open("/register").form("/register")
    answer = visitor.submit(form, **{**typed, "password": values[kind]})
    expect_mistakes(answer, "/register", "password")
    expect(anonymous.get_profile(typed["username"]), 404)


@pytest.mark.requirement("FORM-06", "FORM-01")
@pytest.mark.parametrize("missing", ["username", "email", "password"])
def test_a_missing_field_is_empty(
    visitor: Browser, anonymous: Client, missing: str
) -> None:
    typed = details()
    form = visitor.open("/register").form("/register")
    kept = {name: value for name, value in typed.items() if name != missing}
    answer = visitor.submit(form, without=[missing], **kept)
    expect_mistakes(answer, "/register", missing)
    empty = visitor.submit(form, **{**kept, missing: ""})
    assert empty.form("/register").message(missing) == answer.form("/register").message(
        missing
    )
    expect(anonymous.get_profile(typed["username"]), 404)


@pytest.mark.requirement("FORM-06", "FORM-01")
def test_unknown_fields_make_nobody_an_admin(visitor: Browser) -> None:
    typed = details()
    fields = visitor.open("/register").form("/register").data(typed)
    further = [("role", "admin"), ("is_active", "0"), ("id", "1"), ("is_staff", "1")]
    expect_redirect(visitor.post("/register", [*fields, *further]), "/")
    answer = visitor.open("/account").form("/account")
    assert answer.value("email") == typed["email"]
    client = visitor.api()
    tokens = expect(client.login(username=typed["username"], password=PASSWORD), 200)
    account = expect(client.with_token(tokens["access_token"]).get_account(), 200)
    assert account["role"] == "member"


@pytest.mark.requirement("FORM-01", "FORM-02")
def test_addresses_and_names_are_trimmed_as_in_the_api(visitor: Browser) -> None:
    typed = details()
    spaced = {**typed, "username": f" {typed['username']}\u3000"}
    expect_redirect(visitor.fill("/register", **spaced), "/")
    assert visitor.open(f"/authors/{typed['username']}").heading == typed["username"]
