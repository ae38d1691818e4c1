"""Sessions: what begins one, what ends it, and who is nobody."""

from collections.abc import Callable
from typing import Any

import pytest

from quintet_conformance import names
from quintet_conformance.helpers import expect
from quintet_conformance.site import Member
from quintet_conformance.web.browser import Browser
from quintet_conformance.web.helpers import expect_redirect, is_nobody
from quintet_conformance.web.people import SignedIn

Json = Any
SignIn = Callable[[Member], SignedIn]

NEW_PASSWORD = "another long quiet walk"


@pytest.mark.requirement("SESS-01")
@pytest.mark.parametrize("path", ["/new", "/todos", "/account", "/todos/1/delete"])
def test_a_form_of_a_page_for_users_leads_to_sign_in(
    visitor: Browser, path: str
) -> None:
    fields = [*visitor.proof(), ("title", "Nobody's"), ("body", "x")]
    expect_redirect(visitor.post(path, fields), "/login")


@pytest.mark.requirement("SESS-01")
def test_a_form_under_a_post_leads_to_sign_in(
    visitor: Browser, permanent_post: Json
) -> None:
    fields = [*visitor.proof(), ("body", "Nobody's.")]
    for form in ("like", "comments"):
        path = f"/posts/{permanent_post['slug']}/{form}"
        expect_redirect(visitor.post(path, fields), "/login")


@pytest.mark.requirement("SESS-02")
def test_a_cookie_of_before_the_sign_in_is_anonymous_after_it(
    visitor: Browser, author: SignedIn
) -> None:
    visitor.open("/login")
    before = visitor.copy()
    typed = {"username": author.username, "password": author.member.password}
    visitor.fill("/login", **typed)
    assert not is_nobody(visitor)
    assert visitor.jar.values != before.jar.values
    assert is_nobody(before)


@pytest.mark.requirement("SESS-02")
def test_a_cookie_that_somebody_planted_gives_no_access(
    new_visitor: Callable[[], Browser], author: SignedIn
) -> None:
    attacker = new_visitor()
    attacker.open("/login")
    planted = attacker.copy()
    typed = {"username": author.username, "password": author.member.password}
    planted.fill("/login", **typed)
    assert not is_nobody(planted)
    assert is_nobody(attacker)


@pytest.mark.requirement("SESS-02")
def test_a_cookie_of_before_a_registration_is_anonymous_after_it(
    visitor: Browser,
) -> None:
    visitor.open("/register")
    before = visitor.copy()
    typed = {"username": names.username(), "email": names.email()}
    visitor.fill("/register", **typed, password=names.PASSWORD)
    assert not is_nobody(visitor)
    assert is_nobody(before)


@pytest.mark.requirement("SESS-02", "SESS-03")
def test_a_second_sign_in_gives_another_identity(
    writer: SignedIn, sign_in: SignIn
) -> None:
    second = sign_in(writer.member)
    assert second.jar.values != writer.jar.values
    second.fill("/", "/logout")
    assert is_nobody(second)
    assert not is_nobody(writer)


@pytest.mark.requirement("SESS-03")
def test_sign_out_ends_the_session_in_the_server(writer: SignedIn) -> None:
    copied = writer.copy()
    expect_redirect(writer.fill("/", "/logout"), "/")
    assert is_nobody(writer)
    assert is_nobody(copied)
    expect(writer.member.get_account(), 200)


@pytest.mark.requirement("SESS-11")
def test_authorization_means_nothing_to_pages(
    visitor: Browser, author: SignedIn
) -> None:
    for value in (f"Bearer {author.member.access_token}", "Bearer x", "Basic eDp5"):
        headers = {"Authorization": value}
        assert not visitor.request("GET", "/", headers=headers).is_signed_in
        answer = visitor.request("GET", "/drafts", headers=headers)
        assert answer.status in {302, 303}
        answer = author.request("GET", "/drafts", headers=headers)
        assert answer.status == 200


@pytest.mark.requirement("SESS-11", "WEB-21")
def test_a_session_means_nothing_to_the_api(author: SignedIn) -> None:
    client = author.api()
    expect(client.get_account(), 401)
    expect(client.create_todo(title="Nobody's"), 401)
    expect(client.list_posts(limit=1), 200)
    signed = client.with_token(author.member.access_token)
    assert expect(signed.get_account(), 200)["username"] == author.username
