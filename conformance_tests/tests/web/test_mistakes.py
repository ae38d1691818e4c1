"""Forms with mistakes: how they come back, and how they tell what is wrong."""

from collections.abc import Callable
from typing import Any

import pytest

from quintet_conformance import names
from quintet_conformance.helpers import expect
from quintet_conformance.web.answer import Answer
from quintet_conformance.web.browser import Browser
from quintet_conformance.web.forms import Form
from quintet_conformance.web.helpers import expect_mistakes
from quintet_conformance.web.markup import attribute, tokens_of, words
from quintet_conformance.web.people import SignedIn

pytestmark = pytest.mark.requirement("FORM-02", "FORM-03", "FORM-04")

Json = Any

LONG = "x" * 201
# By the form: its page, what is typed, and which of it is mistaken.
MISTAKES: dict[str, tuple[str, dict[str, str], set[str]]] = {
    "/register": (
        "/register",
        {"username": "a b", "email": "a@b", "password": "too short"},
        {"username", "email", "password"},
    ),
    "/password-reset": ("/password-reset", {"email": "a@b"}, {"email"}),
    "/new": (
        "/new",
        {
            "title": LONG,
            "body": " \n ",
            "tags": "fine, not fine",
            "status": "published",
        },
        {"title", "body", "tags"},
    ),
    "/account": (
        "/account",
        {"email": "a@b", "bio": "x" * 501, "current_password": ""},
        {"email", "bio"},
    ),
    "/account/password": (
        "/account",
        {"current_password": "", "new_password": "too short"},
        {"current_password", "new_password"},
    ),
    "/account/delete": ("/account", {"current_password": ""}, {"current_password"}),
    "/todos": (
        "/todos",
        {"title": LONG, "notes": "x" * 5001, "due_on": "tomorrow"},
        {"title", "notes", "due_on"},
    ),
}
PASSWORDS = {"password", "current_password", "new_password"}


Refused = tuple[Answer, Form, str]


@pytest.fixture(params=MISTAKES)
def refuse(
    request: pytest.FixtureRequest, visitor: Browser, reader: SignedIn
) -> Callable[[], Refused]:
    """Send a form with mistakes; it comes back."""
    action: str = request.param
    page, typed, fields = MISTAKES[action]
    browser = visitor if action in {"/register", "/password-reset"} else reader

    def send() -> Refused:
        answer = browser.fill(page, action, **typed)
        return answer, expect_mistakes(answer, action, *fields), action

    return send


def test_what_was_typed_comes_back(refuse: Callable[[], Refused]) -> None:
    _, form, action = refuse()
    _, typed, _ = MISTAKES[action]
    for name, value in typed.items():
        assert form.value(name) == ("" if name in PASSWORDS else value), name


def test_a_field_names_its_message(refuse: Callable[[], Refused]) -> None:
    answer, form, action = refuse()
    _, _, fields = MISTAKES[action]
    for name in fields:
        described = tokens_of(form.control(name), "aria-describedby")
        texts = [words(answer.one(f'[id="{each}"]')) for each in described]
        assert any(texts), name
    for name in set(form.visible) - fields:
        assert attribute(form.control(name), "aria-invalid") in {"", "false"}


def test_the_summary_comes_first_and_has_links(
    refuse: Callable[[], Refused],
) -> None:
    answer, form, action = refuse()
    _, _, fields = MISTAKES[action]
    assert answer.title.startswith("Error: ")
    alert = answer.one("[role=alert]")
    links = [attribute(each, "href") for each in alert.select("a")]
    targets = [f"#{attribute(form.control(name), 'id')}" for name in fields]
    assert sorted(links) == sorted(targets)
    controls = [each for found in form.visible.values() for each in found]
    order = answer.select("[role=alert], input, textarea, select")
    of_form = [each for each in order if each == alert or each in controls]
    assert of_form[0] == alert


@pytest.mark.requirement("FORM-01")
def test_no_other_form_of_the_page_is_mistaken(refuse: Callable[[], Refused]) -> None:
    answer, _, action = refuse()
    others = [form for form in answer.forms if form.action != action]
    assert not any(form.mistaken for form in others)


def test_a_form_that_is_mended_succeeds(reader: SignedIn) -> None:
    answer = reader.fill("/new", title="", body="Kept.", tags="a-a", status="draft")
    form = expect_mistakes(answer, "/new", "title")
    answer = reader.submit(form, title=names.title())
    post = expect(reader.member.get_post(answer.location.removeprefix("/posts/")), 200)
    assert (post["body"], post["tags"], post["status"]) == ("Kept.", ["a-a"], "draft")
    assert not reader.follow(answer).title.startswith("Error: ")


@pytest.mark.requirement("FORM-06")
@pytest.mark.parametrize(
    ("action", "missing"),
    [
        ("/new", {"title", "body"}),
        ("/todos", {"title"}),
        ("/account/password", {"current_password", "new_password"}),
        ("/account/delete", {"current_password"}),
    ],
)
def test_a_form_of_nothing_lacks_what_is_needed(
    reader: SignedIn, action: str, missing: set[str]
) -> None:
    answer = reader.post(action, [*reader.proof(), ("status", "draft")])
    expect_mistakes(answer, action, *missing)


@pytest.mark.requirement("FORM-06")
def test_a_comment_of_nothing_lacks_a_text(reader: SignedIn, post: Json) -> None:
    action = f"/posts/{post['slug']}/comments"
    expect_mistakes(reader.post(action, reader.proof()), action, "body")


@pytest.mark.requirement("FORM-06")
def test_tags_notes_and_day_may_be_missing(writer: SignedIn) -> None:
    proof = writer.proof()
    fields = [*proof, ("title", "A"), ("body", "B"), ("status", "draft"), ("x", "1")]
    answer = writer.post("/new", fields)
    post = expect(writer.member.get_post(answer.location.removeprefix("/posts/")), 200)
    assert post["tags"] == []
    answer = writer.post("/todos", [*proof, ("title", "A"), ("completed", "1")])
    (todo,) = expect(writer.member.list_todos(), 200)["items"]
    assert (todo["notes"], todo["due_on"], todo["completed"]) == ("", None, False)


@pytest.mark.requirement("FORM-05")
def test_a_message_is_shown_to_who_caused_it_alone(
    writer: SignedIn, reader: SignedIn
) -> None:
    reader.open("/todos")
    answer = writer.fill("/todos", title="Mine")
    assert not reader.open("/todos").success
    assert writer.follow(answer).success
