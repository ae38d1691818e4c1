"""What proves where a form came from: for whom it is good, and how long."""

from collections.abc import Callable
from typing import Any

import pytest

from quintet_conformance import names
from quintet_conformance.helpers import expect
from quintet_conformance.web.browser import Browser
from quintet_conformance.web.helpers import expect_forged
from quintet_conformance.web.people import SignedIn

Json = Any

POST = {"title": "Forged", "body": "Forged.", "tags": "", "status": "published"}


@pytest.mark.requirement("CSRF-02")
@pytest.mark.parametrize("form", ["/register", "/login", "/password-reset"])
def test_a_proof_without_its_cookie_proves_nothing(
    visitor: Browser, new_visitor: Callable[[], Browser], form: str
) -> None:
    typed = {"username": names.username(), "email": names.email()}
    fields = [*typed.items(), ("password", names.PASSWORD), *visitor.proof()]
    expect_forged(new_visitor().post(form, fields))
    assert visitor.get(f"/authors/{typed['username']}").status == 404


@pytest.mark.requirement("CSRF-02")
def test_the_proof_of_a_visitor_is_of_no_use_to_a_user(
    reader: SignedIn, visitor: Browser
) -> None:
    title = names.title()
    fields = [("title", title), ("notes", ""), ("due_on", ""), *visitor.proof()]
    expect_forged(reader.post("/todos", fields))
    todos = expect(reader.member.list_todos(limit=100), 200)["items"]
    assert title not in [todo["title"] for todo in todos]


@pytest.mark.requirement("CSRF-02")
@pytest.mark.parametrize("place", ["query", "json", "header"])
def test_a_proof_in_another_place_than_the_form(writer: SignedIn, place: str) -> None:
    """A framework may take one from a header, which no foreign form can set."""
    name, value = writer.proof()[0]
    if place == "query":
        expect_forged(writer.post(f"/todos?{name}={value}", [("title", "Forged")]))
    elif place == "json":
        content = f'{{"title": "Forged", "{name}": "{value}"}}'.encode()
        kind = {"Content-Type": "application/json"}
        answer = writer.request("POST", "/todos", headers=kind, content=content)
        assert answer.status in {400, 403, 415, 422}
    else:
        kind = {"X-CSRF-Token": names.word(40), "X-CSRFToken": names.word(40)}
        content = b"title=Forged"
        expect_forged(writer.request("POST", "/todos", headers=kind, content=content))
    assert not expect(writer.member.list_todos(), 200)["items"]


@pytest.mark.requirement("CSRF-01")
@pytest.mark.parametrize("path", ["/register", "/login", "/password-reset"])
def test_forms_of_visitors_prove_their_origin(visitor: Browser, path: str) -> None:
    proof = visitor.open(path).form(path).proof
    assert all(len(value) >= 16 for value in proof.values())


@pytest.mark.requirement("CSRF-01", "CSRF-02")
def test_every_browser_has_a_proof_of_its_own(
    new_visitor: Callable[[], Browser], reader: SignedIn, author: SignedIn
) -> None:
    browsers = [new_visitor(), new_visitor(), reader, author]
    assert len({tuple(browser.proof()) for browser in browsers}) == len(browsers)


@pytest.mark.requirement("CSRF-03")
def test_a_proof_of_before_the_sign_in_is_of_no_use_after_it(
    visitor: Browser, author: SignedIn
) -> None:
    before = visitor.proof()
    typed = {"username": author.username, "password": author.member.password}
    visitor.fill("/login", **typed)
    title = names.title()
    expect_forged(visitor.post("/new", [*before, *{**POST, "title": title}.items()]))
    expect_forged(visitor.post("/logout", before))
    assert visitor.open("/", q=title).is_signed_in
    assert not visitor.open("/", q=title).select("article")


@pytest.mark.requirement("CSRF-03")
def test_a_proof_of_before_the_registration_is_of_no_use_after_it(
    visitor: Browser,
) -> None:
    before = visitor.proof()
    typed = {"username": names.username(), "email": names.email()}
    visitor.fill("/register", **typed, password=names.PASSWORD)
    expect_forged(visitor.post("/logout", before))
    assert visitor.open("/drafts").is_signed_in
