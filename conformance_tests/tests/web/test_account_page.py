"""The account: its e-mail and bio, its password, its end."""

from typing import Any

import pytest

from quintet_conformance import names
from quintet_conformance.helpers import expect
from quintet_conformance.mailbox import Mailbox
from quintet_conformance.web.browser import Browser
from quintet_conformance.web.helpers import (
    expect_advice,
    expect_mistakes,
    expect_redirect,
    expect_success,
)
from quintet_conformance.web.people import SignedIn

Json = Any

BIO = "one\n\n  two\nthree"
NEW_PASSWORD = "another long quiet walk"
WRONG = "not the right password"


def account(person: SignedIn) -> Json:
    return expect(person.member.get_account(), 200)


@pytest.mark.requirement("FORM-15", "FORM-05", "FORM-19", "WEB-22")
def test_the_bio_needs_no_password(writer: SignedIn) -> None:
    form = writer.open("/account").form("/account")
    assert (form.value("email"), form.value("bio")) == (writer.member.email, "")
    answer = writer.submit(form, bio=BIO)
    page = expect_success(writer, answer, "/account")
    assert page.form("/account").value("bio") == BIO
    assert account(writer)["bio"] == BIO
    writer.fill("/account", bio="")
    assert account(writer)["bio"] == ""


@pytest.mark.requirement("FORM-15", "FORM-02", "FORM-03")
def test_a_new_address_needs_the_password(
    writer: SignedIn, author: SignedIn, mailbox: Mailbox
) -> None:
    member, email = writer.member, names.email()
    answer = writer.fill("/account", email=email, bio="typed")
    form = expect_mistakes(answer, "/account", "current_password")
    assert (form.value("email"), form.value("bio")) == (email, "typed")
    answer = writer.submit(form, current_password=WRONG)
    form = expect_mistakes(answer, "/account", "current_password")
    assert form.value("current_password") == ""
    taken = author.member.email.upper()
    answer = writer.submit(form, email=taken, current_password=member.password)
    form = expect_mistakes(answer, "/account", "email")
    assert account(writer) == member.account
    answer = writer.submit(form, email=email, current_password=member.password)
    expect_success(writer, answer, "/account")
    assert account(writer)["email"] == email
    mailbox.wait_for(member.email)


@pytest.mark.requirement("FORM-15", "FORM-02", "FORM-01")
def test_a_bad_address_and_bio_come_back(reader: SignedIn) -> None:
    before = account(reader)
    answer = reader.fill("/account", email="nowhere", bio="x" * 501)
    form = expect_mistakes(answer, "/account", "email", "bio")
    assert (form.value("email"), form.value("bio")) == ("nowhere", "x" * 501)
    assert not answer.form("/account/password").mistaken
    assert not answer.form("/account/delete").mistaken
    assert account(reader) == before


@pytest.mark.requirement("FORM-15", "FORM-06", "FORM-01")
def test_an_address_left_out_is_empty_and_refused(reader: SignedIn) -> None:
    before = account(reader)
    form = reader.open("/account").form("/account")
    answer = reader.submit(form, without=["email"], bio="new")
    expect_mistakes(answer, "/account", "email")
    assert account(reader) == before


@pytest.mark.requirement("FORM-15", "FORM-06")
def test_further_fields_change_nothing(writer: SignedIn) -> None:
    fields = writer.open("/account").form("/account").data({"bio": "new"})
    further = [("role", "admin"), ("username", names.username()), ("is_active", "")]
    expect_redirect(writer.post("/account", [*fields, *further]), "/account")
    assert account(writer) == {**writer.member.account, "bio": "new"}


@pytest.mark.requirement("FORM-15", "FORM-05", "WEB-22")
def test_a_new_password_signs_in(writer: SignedIn, visitor: Browser) -> None:
    member = writer.member
    typed = {"current_password": member.password, "new_password": NEW_PASSWORD}
    answer = writer.fill("/account", "/account/password", **typed)
    page = expect_success(writer, answer, "/account")
    assert page.is_signed_in
    old = {"username": member.username, "password": member.password}
    expect_mistakes(visitor.fill("/login", **old), "/login")
    expect_redirect(visitor.fill("/login", **{**old, "password": NEW_PASSWORD}), "/")
    tokens = visitor.api().login(username=member.username, password=NEW_PASSWORD)
    expect(tokens, 200)


@pytest.mark.requirement("FORM-15", "FORM-02", "FORM-03", "FORM-01")
def test_a_refused_change_of_password_changes_nothing(writer: SignedIn) -> None:
    member, action = writer.member, "/account/password"
    cases = [
        ({"current_password": WRONG, "new_password": NEW_PASSWORD}, "current_password"),
        ({"current_password": "", "new_password": NEW_PASSWORD}, "current_password"),
        ({"current_password": member.password, "new_password": ""}, "new_password"),
        (
            {"current_password": member.password, "new_password": "x" * 11},
            "new_password",
        ),
        (
            {
                "current_password": member.password,
                "new_password": member.username.upper(),
            },
            "new_password",
        ),
    ]
    form = writer.open("/account").form(action)
    for typed, field in cases:
        answer = writer.submit(form, **typed)
        form = expect_mistakes(answer, action, field)
        assert (form.value("current_password"), form.value("new_password")) == ("", "")
    assert writer.open("/account").is_signed_in
    assert account(writer) == member.account


@pytest.mark.requirement("FORM-15", "FORM-05", "WEB-22")
def test_a_deleted_account_is_gone_with_all_it_had(
    writer: SignedIn, new_post: Any, post: Json, visitor: Browser
) -> None:
    member = writer.member
    own = new_post(member)
    expect(member.create_comment(post["slug"], body="Mine."), 201)
    typed = {"current_password": member.password}
    page = expect_success(
        writer, writer.fill("/account", "/account/delete", **typed), "/"
    )
    assert not page.is_signed_in
    for path in (f"/posts/{own['slug']}", f"/authors/{member.username}"):
        expect_advice(visitor.get(path), 404)
    assert not visitor.open(f"/posts/{post['slug']}").select('[id^="comment-"] .text')
    login = {"username": member.username, "password": member.password}
    expect_mistakes(visitor.fill("/login", **login), "/login")


@pytest.mark.requirement("FORM-15", "FORM-02", "FORM-03")
def test_without_the_password_no_account_is_deleted(reader: SignedIn) -> None:
    for password in ("", WRONG):
        typed = {"current_password": password}
        answer = reader.fill("/account", "/account/delete", **typed)
        expect_mistakes(answer, "/account/delete", "current_password")
    account(reader)
    assert reader.open("/account").is_signed_in
