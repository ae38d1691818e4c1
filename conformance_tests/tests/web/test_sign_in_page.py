"""Signing in and out by form, and where one goes from there."""

from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

import pytest

from quintet_conformance import names
from quintet_conformance.cases import cases
from quintet_conformance.helpers import expect
from quintet_conformance.site import Member
from quintet_conformance.web.answer import Answer
from quintet_conformance.web.browser import Browser
from quintet_conformance.web.helpers import (
    expect_mistakes,
    expect_redirect,
    expect_success,
)
from quintet_conformance.web.people import SignedIn

Json = Any

FOLLOWED = [case for case in cases("next") if case.values[0]["followed"]]
ELSEWHERE = "/todos?show=active"
FOR_USERS = [
    "/new",
    "/drafts",
    "/feed",
    "/account",
    "/todos",
    ELSEWHERE,
    "/todos?page=2",
]


def expect_place(answer: Answer, case: Json) -> None:
    """Expect the way that a case tells; other letters are percent-encoded in it."""
    expected = case["next"] if case["followed"] else "/"
    assert unquote(answer.location) == unquote(quote(expected, safe="%/?&=#:@"))


@pytest.mark.requirement("FORM-05", "FORM-07")
@pytest.mark.parametrize("spell", [str, str.upper])
def test_sign_in_by_name_in_any_case(
    visitor: Browser, author: SignedIn, spell: Any
) -> None:
    typed = {"username": spell(author.username), "password": author.member.password}
    page = expect_success(visitor, visitor.fill("/login", **typed), "/")
    assert page.is_signed_in


@pytest.mark.requirement("FORM-05", "FORM-07")
def test_sign_in_by_address_and_sign_out(visitor: Browser, author: SignedIn) -> None:
    member = author.member
    typed = {"username": member.email, "password": member.password}
    expect_redirect(visitor.fill("/login", **typed), "/")
    page = visitor.open("/drafts")
    answer = visitor.submit(page.form("/logout"))
    page = expect_success(visitor, answer, "/")
    assert not page.is_signed_in


@pytest.mark.requirement("FORM-11", "FORM-02", "FORM-04")
def test_a_wrong_sign_in_tells_nothing(
    visitor: Browser, author: SignedIn, member: Member, admin: Member
) -> None:
    expect(admin.update_user(member.username, is_active=False), 200)
    attempts = {
        "unknown": (names.username(), author.member.password),
        "wrong": (author.username, "not the right password"),
        "inactive": (member.username, member.password),
        "spaces": (author.username, f" {author.member.password}"),
    }
    told = set()
    for name, password in attempts.values():
        answer = visitor.fill("/login", username=name, password=password)
        form = expect_mistakes(answer, "/login")
        assert form.value("username") == name
        told.add((answer.title, answer.one("[role=alert]").text))
        assert not visitor.open("/").is_signed_in
    assert len(told) == 1


@pytest.mark.requirement("FORM-07", "FORM-02")
def test_next_outlasts_a_wrong_sign_in(visitor: Browser, author: SignedIn) -> None:
    member = author.member
    form = visitor.open("/login", next=ELSEWHERE).form("/login")
    wrong = {"username": member.username, "password": "not the right password"}
    form = expect_mistakes(visitor.submit(form, **wrong), "/login")
    assert form.hidden["next"] == ELSEWHERE
    answer = visitor.submit(form, username=member.username, password=member.password)
    expect_redirect(answer, ELSEWHERE)


@pytest.mark.requirement("FORM-08", "FORM-07")
@pytest.mark.parametrize("case", FOLLOWED)
def test_where_a_sign_in_leads(visitor: Browser, author: SignedIn, case: Json) -> None:
    page = visitor.open(f"/login?next={quote(case['next'], safe='')}")
    typed = {"username": author.username, "password": author.member.password}
    expect_place(visitor.submit(page.form("/login"), **typed), case)


@pytest.mark.requirement("FORM-08")
@pytest.mark.parametrize("case", cases("next"))
def test_where_a_forged_hidden_field_leads(
    visitor: Browser, author: SignedIn, case: Json
) -> None:
    form = visitor.open("/login").form("/login")
    typed = {"username": author.username, "password": author.member.password}
    pairs = [pair for pair in form.data(typed) if pair[0] != "next"]
    answer = visitor.post("/login", [*pairs, ("next", case["next"])])
    expect_place(answer, case)


@pytest.mark.requirement("SESS-10", "FORM-08")
@pytest.mark.parametrize("page", ["/login", "/register"])
@pytest.mark.parametrize("case", cases("next"))
def test_who_is_signed_in_goes_on(reader: SignedIn, page: str, case: Json) -> None:
    for written in (quote(case["next"], safe=""), quote(case["next"], safe="/:?=@%\\")):
        if unquote(written) == case["next"]:
            expect_place(reader.get(f"{page}?next={written}"), case)


@pytest.mark.requirement("SESS-10")
@pytest.mark.parametrize("page", ["/login", "/register"])
def test_who_is_signed_in_and_goes_nowhere_starts(reader: SignedIn, page: str) -> None:
    expect_redirect(reader.get(page), "/")


@pytest.mark.requirement("FORM-08", "FORM-07")
@pytest.mark.parametrize("place", [ELSEWHERE, "//evil.example", "/%2F/evil.example"])
def test_where_a_registration_leads(visitor: Browser, place: str) -> None:
    form = visitor.open("/register", next=place).form("/register")
    typed = {"username": names.username(), "email": names.email()}
    answer = visitor.submit(form, **typed, password=names.PASSWORD)
    expect_redirect(answer, ELSEWHERE if place == ELSEWHERE else "/")


@pytest.mark.requirement("SESS-01")
@pytest.mark.parametrize("path", FOR_USERS)
def test_a_page_for_users_sends_visitors_to_sign_in(
    visitor: Browser, author: SignedIn, path: str
) -> None:
    answer = visitor.get(path)
    place = urlsplit(answer.location)
    assert place.path == "/login"
    assert parse_qsl(place.query) == [("next", path)]
    assert not {"?", "&", "="} & set(place.query.partition("=")[2])
    form = visitor.follow(answer).form("/login")
    typed = {"username": author.username, "password": author.member.password}
    expect_redirect(visitor.submit(form, **typed), path)


@pytest.mark.requirement("SESS-01")
def test_the_form_of_a_post_sends_visitors_to_sign_in(
    visitor: Browser, permanent_post: Json
) -> None:
    path = f"/posts/{permanent_post['slug']}/edit"
    place = urlsplit(visitor.get(path).location)
    assert (place.path, parse_qsl(place.query)) == ("/login", [("next", path)])
