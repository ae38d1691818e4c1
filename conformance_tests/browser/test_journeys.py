"""What people come for, from beginning to end, in a real browser.

Each on a phone and on a desk, with JavaScript and without.
"""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from window import Window

from quintet_conformance import names

# They write; the looks are at the demo data alone.
pytestmark = [pytest.mark.requirement("A11Y-06"), pytest.mark.last]

NEW_PASSWORD = "another long quiet walk"


@pytest.fixture
def newcomer(new_visitor_window: Callable[[], Window]) -> Callable[[], Window]:
    """Register in a window; the name stays with it."""

    def register() -> Window:
        window = new_visitor_window()
        window.username, window.email = names.username(), names.email()
        window.open("/")
        window.follow("Register")
        person = {"username": window.username, "email": window.email}
        window.fill_in("/register", **person, password=names.PASSWORD)
        window.succeeds("/")
        return window

    return register


def test_a_post_is_written_read_and_deleted(newcomer):
    writer, reader, title = newcomer(), newcomer(), names.title()
    writer.follow("Write")
    fields = {"title": title, "body": "# One\n\nA *word*.", "tags": "One, two"}
    writer.fill_in("/new", **fields, status="draft")
    post = writer.path
    writer.succeeds(post)
    writer.sees(".draft", "Draft")
    reader.open(post, status=404)
    writer.follow("Edit", within="main")
    writer.fill_in(f"{post}/edit", status="published")
    writer.succeeds(post)
    reader.open(post)
    reader.fill_in(f"{post}/like")
    reader.succeeds(post)
    reader.sees(".likes", "1 like")
    reader.fill_in(f"{post}/comments", body="Quite so.\nIndeed.")
    assert re.fullmatch(re.escape(post) + r"#comment-\d+", reader.path)
    reader.sees("#comments .text", "Quite so.\nIndeed.")
    reader.follow(writer.username, within=".post")
    reader.fill_in(f"/authors/{writer.username}/follow")
    reader.sees(".followers", "1 follower")
    reader.follow("Following")
    reader.follow(title)
    assert reader.path == post
    writer.open(post)
    writer.unfold("Delete")
    writer.fill_in(f"{post}/delete")
    writer.succeeds("/")
    reader.open(post, status=404)


def test_to_dos_are_added_completed_changed_and_cleared(newcomer):
    window = newcomer()
    window.follow("To-dos")
    for title in ("Water the plants", "Call home"):
        window.fill_in("/todos", title=title, due_on="2027-01-31")
        window.succeeds("/todos")
    first, second = (
        item.get_attribute("id") for item in window.page.locator(".todos > li").all()
    )
    one = f"/todos/{first.removeprefix('todo-')}"
    window.fill_in(f"{one}/toggle")
    expect(window.page.locator(f"#{first}")).to_have_class("completed")
    window.follow("Active")
    expect(window.page.locator(f"#{first}")).to_have_count(0)
    window.page.locator(f"#{second} summary").click()
    other = f"/todos/{second.removeprefix('todo-')}"
    window.fill_in(other, notes="After six.\nNot before.")
    window.succeeds("/todos?show=active")
    window.sees(f"#{second} .notes", "After six.")
    window.fill_in("/todos/clear-completed")
    window.open("/todos")
    expect(window.page.locator(".todos > li")).to_have_count(1)


@pytest.mark.requirement("A11Y-04")
def test_a_wrong_sign_in_is_told_and_mended(newcomer, new_visitor_window):
    person, window = newcomer(), new_visitor_window()
    window.open("/todos")
    assert window.path == "/login?next=%2Ftodos"
    window.fill_in("/login", username=person.username, password="not this one")
    summary = window.page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(window.page.locator("[name=username]")).to_have_value(person.username)
    expect(window.page.locator("[name=password]")).to_have_value("")
    window.fill_in("/login", password=names.PASSWORD)
    window.succeeds("/todos")


@pytest.mark.requirement("A11Y-04")
def test_the_summary_has_the_focus_and_leads_to_the_fields(new_visitor_window):
    window = new_visitor_window()
    window.open("/register")
    window.fill_in("/register", username="a b", email=names.email(), password="x")
    expect(window.page.get_by_role("alert")).to_be_focused()
    for name in ("username", "password"):
        field = window.page.locator(f"form[action='/register'] [name={name}]")
        said = field.get_attribute("aria-describedby").split()[-1]
        expect(window.page.locator(f"#{said}")).to_be_visible()
        window.page.locator(
            f"[role=alert] a[href='#{field.get_attribute('id')}']"
        ).click()
        expect(field).to_be_focused()


def test_a_forgotten_password_is_replaced(newcomer, new_visitor_window, mailbox):
    person, window = newcomer(), new_visitor_window()
    window.open("/login")
    window.follow("Forgotten your password?")
    window.fill_in("/password-reset", email=person.email)
    window.succeeds("/login")
    link = f"/password-reset/{mailbox.wait_for_reset_token(person.email)}"
    window.open(link)
    window.fill_in(link, new_password=NEW_PASSWORD)
    window.succeeds("/login")
    window.fill_in("/login", username=person.email, password=NEW_PASSWORD)
    window.succeeds("/")
    person.open("/account")
    assert person.path.startswith("/login"), "the old session still counts"


def test_a_password_is_changed_and_somebody_signs_out(newcomer, new_visitor_window):
    person, elsewhere = newcomer(), new_visitor_window()
    elsewhere.open("/login")
    elsewhere.fill_in("/login", username=person.username, password=names.PASSWORD)
    person.follow("Account")
    passwords = {"current_password": names.PASSWORD, "new_password": NEW_PASSWORD}
    person.fill_in("/account/password", **passwords)
    person.succeeds("/account")
    elsewhere.open("/account")
    assert elsewhere.path.startswith("/login"), "the other browser is still signed in"
    person.fill_in("/logout")
    person.succeeds("/")
    person.open("/account")
    assert person.path.startswith("/login")
