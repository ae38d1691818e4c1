"""A forgotten password: the request for a link, and the page that it leads to."""

from typing import Any

import pytest

from quintet_conformance import names
from quintet_conformance.helpers import expect
from quintet_conformance.mailbox import Mailbox
from quintet_conformance.site import Member
from quintet_conformance.web.browser import Browser
from quintet_conformance.web.helpers import (
    expect_advice,
    expect_mistakes,
    expect_redirect,
    expect_success,
)
from quintet_conformance.web.people import SignedIn

Json = Any

NEW_PASSWORD = "another long quiet walk"
NO_TOKENS = ("a" * 42, "a" * 44, "x", "a" * 42 + ".", "a" * 42 + "%00", "a" * 500)


@pytest.fixture
def link(visitor: Browser, member: Member, mailbox: Mailbox) -> str:
    """The path of the link that was mailed to a member."""
    answer = visitor.fill("/password-reset", email=member.email)
    expect_redirect(answer, "/login")
    return f"/password-reset/{mailbox.wait_for_reset_token(member.email)}"


@pytest.mark.requirement("FORM-13", "FORM-05")
def test_known_and_unknown_addresses_are_answered_alike(
    visitor: Browser, member: Member
) -> None:
    told = set()
    for email in (member.email, member.email.upper(), names.email()):
        answer = visitor.fill("/password-reset", email=email)
        page = expect_success(visitor, answer, "/login")
        told.add((answer.status, page.one("main").text))
    assert len(told) == 1


@pytest.mark.requirement("FORM-13", "FORM-02", "FORM-03", "FORM-01")
@pytest.mark.parametrize("email", ["", "no address", "a@b", "a" * 255])
def test_what_is_no_address_comes_back(visitor: Browser, email: str) -> None:
    answer = visitor.fill("/password-reset", email=email)
    form = expect_mistakes(answer, "/password-reset", "email")
    assert form.value("email") == email


@pytest.mark.requirement("FORM-14", "FORM-05", "SESS-04")
def test_a_link_sets_a_password_once_and_signs_nobody_in(
    visitor: Browser, sign_in: Any, member: Member, link: str
) -> None:
    elsewhere = sign_in(member)
    for _ in range(2):
        visitor.request("HEAD", link)
        page = visitor.open(link)
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert page.headers["Cache-Control"] == "no-store"
    form = visitor.open(link).form(link)
    page = expect_success(
        visitor, visitor.submit(form, new_password=NEW_PASSWORD), "/login"
    )
    assert not page.is_signed_in
    assert not elsewhere.open("/").is_signed_in
    tokens = member.login(username=member.username, password=NEW_PASSWORD)
    expect(tokens, 200)
    answer = visitor.submit(form, new_password="a third long quiet walk")
    expect_mistakes(answer, link)
    tokens = member.login(username=member.username, password=NEW_PASSWORD)
    expect(tokens, 200)


@pytest.mark.requirement("FORM-14", "FORM-02", "FORM-03", "FORM-01")
def test_a_refused_password_does_not_use_the_link_up(
    visitor: Browser, member: Member, link: str
) -> None:
    form = visitor.open(link).form(link)
    for password in ("", "x" * 11, member.email.upper()):
        answer = visitor.submit(form, new_password=password)
        form = expect_mistakes(answer, link, "new_password")
        assert form.value("new_password") == ""
    expect_redirect(visitor.submit(form, new_password=NEW_PASSWORD), "/login")


@pytest.mark.requirement("FORM-14", "FORM-04")
def test_an_unknown_link_has_a_page_and_does_nothing(visitor: Browser) -> None:
    link = f"/password-reset/{names.word(43)}"
    answer = visitor.fill(link, new_password=NEW_PASSWORD)
    expect_mistakes(answer, link)
    assert answer.one("[role=alert]").text.strip()
    assert visitor.request("HEAD", link).headers["Cache-Control"] == "no-store"


@pytest.mark.requirement("FORM-14", "WEB-16")
@pytest.mark.parametrize("token", NO_TOKENS)
def test_a_token_of_another_form_is_nothing(visitor: Browser, token: str) -> None:
    link = f"/password-reset/{token}"
    expect_advice(visitor.get(link), 404)
    fields = [*visitor.proof(), ("new_password", NEW_PASSWORD)]
    expect_advice(visitor.post(link, fields), 404)


@pytest.mark.requirement("FORM-14")
def test_who_is_signed_in_may_open_a_link(author: SignedIn) -> None:
    page = author.open(f"/password-reset/{names.word(43)}")
    assert page.headers["Referrer-Policy"] == "no-referrer"
