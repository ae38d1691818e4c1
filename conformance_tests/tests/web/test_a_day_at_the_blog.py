"""From the registration to the deletion of the account, link by link."""

from collections.abc import Callable

import pytest

from quintet_conformance import names
from quintet_conformance.helpers import expect
from quintet_conformance.operations import Client
from quintet_conformance.web.answer import Answer
from quintet_conformance.web.browser import Browser
from quintet_conformance.web.helpers import expect_advice, number, titles

pytestmark = pytest.mark.requirement("WEB-22", "FORM-07", "WEB-10")


def click(browser: Browser, page: Answer, href: str) -> Answer:
    """Open a page by a link that a page has."""
    assert href in page.links("a[href]"), f"no link to {href}"
    return browser.open(href)


def register(browser: Browser, page: Answer) -> str:
    name = names.username()
    typed = {"username": name, "email": names.email(), "password": names.PASSWORD}
    browser.follow(browser.submit(page.form("/register"), **typed))
    return name


def test_from_sign_up_to_farewell(
    new_visitor: Callable[[], Browser], anonymous: Client
) -> None:
    ada, bob = new_visitor(), new_visitor()
    name = register(ada, click(ada, ada.open("/"), "/register"))
    register(bob, bob.open("/register"))

    form = click(ada, ada.open("/"), "/new").form("/new")
    title, tag = names.title(), names.tag()
    written = {"title": title, "body": "It *weaves*.", "tags": tag, "status": "draft"}
    answer = ada.submit(form, **written)
    path = answer.location
    assert titles(click(ada, ada.follow(answer), "/drafts")) == [title]
    expect_advice(bob.get(path), 404)

    page = click(ada, ada.open(path), f"{path}/edit")
    ada.submit(page.form(f"{path}/edit"), status="published")
    assert not titles(ada.open("/drafts"))

    page = click(bob, bob.open(f"/tags/{tag}"), path)
    bob.submit(page.form(f"{path}/like"))
    bob.submit(page.form(f"{path}/comments"), body="How?")
    page = click(bob, bob.open(path), f"/authors/{name}")
    bob.submit(page.form(f"/authors/{name}/follow"))
    assert titles(click(bob, page, "/feed")) == [title]

    page = ada.open(path)
    assert number(page, "article.post .likes") == 1
    (deletion,) = [form for form in page.forms if "/comments/" in form.action]
    page = ada.follow(ada.submit(deletion))
    assert number(page, "article.post .comments-count") == 0
    seen = expect(anonymous.get_post(path.removeprefix("/posts/")), 200)
    assert (seen["title"], seen["likes_count"]) == (title, 1)

    page = click(ada, ada.open("/"), "/account")
    typed = {"current_password": names.PASSWORD}
    page = ada.follow(ada.submit(page.form("/account/delete"), **typed))
    assert not page.is_signed_in
    expect_advice(bob.get(path), 404)
    expect_advice(bob.get(f"/authors/{name}"), 404)
    assert not titles(bob.open("/feed"))
