"""Texts of several lines come back as they were typed, from every form."""

from typing import Any

import pytest

from quintet_conformance.helpers import expect
from quintet_conformance.web.browser import Browser
from quintet_conformance.web.people import SignedIn

Json = Any

TEXTS = {
    "two-lines": "one\ntwo",
    "empty-lines": "one\n\n\n\ntwo",
    "indented": "one\n  two\n\tthree",
    "markup": "<p>\n&amp;\n</textarea>\n",
    "one-after": "one\n",
}
LEADING = {"one-before": "\none", "two-before": "\n\n one", "spaces": "  one  \n "}
ENDS = {"crlf": "\r\n", "cr": "\r", "lf": "\n"}


@pytest.mark.requirement("FORM-19")
@pytest.mark.parametrize("text", {**TEXTS, **LEADING}.values(), ids=[*TEXTS, *LEADING])
def test_a_body_comes_back(author: SignedIn, post: Json, text: str) -> None:
    action = f"/posts/{post['slug']}/edit"
    for _ in range(2):
        author.fill(action, body=text)
        assert expect(author.member.get_post(post["slug"]), 200)["body"] == text
        assert author.open(action).form(action).value("body") == text


@pytest.mark.requirement("FORM-19", "FORM-02")
@pytest.mark.parametrize("text", {**TEXTS, **LEADING}.values(), ids=[*TEXTS, *LEADING])
def test_a_text_comes_back_with_mistakes(
    author: SignedIn, post: Json, text: str
) -> None:
    answer = author.fill("/new", title="", body=text)
    assert answer.form("/new").value("body") == text
    answer = author.fill("/todos", title="", notes=text)
    assert answer.form("/todos").value("notes") == text
    answer = author.fill("/account", email="nowhere", bio=text)
    assert answer.form("/account").value("bio") == text
    action = f"/posts/{post['slug']}/comments"
    long = text + "x" * 5000
    answer = author.fill(f"/posts/{post['slug']}", action, body=long)
    assert answer.form(action).value("body") == long


@pytest.mark.requirement("FORM-19")
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_notes_and_bio_come_back(writer: SignedIn, text: str) -> None:
    writer.fill("/account", bio=text)
    stored = expect(writer.member.get_account(), 200)["bio"]
    assert stored == text.strip()
    assert writer.open("/account").form("/account").value("bio") == stored
    writer.fill("/todos", title="A", notes=text)
    (todo,) = expect(writer.member.list_todos(), 200)["items"]
    assert todo["notes"] == text.strip()
    form = writer.open("/todos").form(f"/todos/{todo['id']}")
    assert form.value("notes") == todo["notes"]


@pytest.mark.requirement("FORM-19", "FORM-01")
@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_line_ends_of_all_kinds_are_one(author: SignedIn, end: str) -> None:
    """Sent as they are, not as a browser would: the server folds them."""
    fields = [("title", "A"), ("body", f"a{end}b{end}"), ("status", "draft")]
    answer = author.post("/new", [*author.proof(), *fields])
    slug = answer.location.removeprefix("/posts/")
    assert expect(author.member.get_post(slug), 200)["body"] == "a\nb\n"


@pytest.mark.requirement("FORM-19", "FORM-01")
def test_a_line_end_counts_as_one_character(author: SignedIn, post: Json) -> None:
    """A browser sends two bytes for each; the limit is of characters."""
    action, path = f"/posts/{post['slug']}/comments", f"/posts/{post['slug']}"
    text = "a" + "\n" * 4998 + "b"
    assert author.fill(path, action, body=text).status in {302, 303}
    assert author.fill(path, action, body=f"{text}c").status == 422


@pytest.mark.requirement("FORM-19", "FORM-01")
def test_the_longest_body_is_taken(author: SignedIn, post: Json) -> None:
    action, text = f"/posts/{post['slug']}/edit", "äé\n" * 33_333 + "x"
    assert author.fill(action, body=text).status in {302, 303}
    assert expect(author.member.get_post(post["slug"]), 200)["body"] == text
    answer = author.fill(action, body=f"{text}y")
    assert answer.form(action).mistaken == {"body"}


@pytest.mark.requirement("WEB-23")
@pytest.mark.parametrize("text", ["one\ntwo", "one\n\ntwo\n\n\nthree"])
def test_bio_and_comments_show_their_lines(
    writer: SignedIn, visitor: Browser, permanent_post: Json, text: str
) -> None:
    """By elements, or by a style that keeps white space: the stylesheet has it."""
    slug = permanent_post["slug"]
    made = expect(writer.member.create_comment(slug, body=text), 201)
    expect(writer.member.update_account(bio=text), 200)
    page = visitor.open(f"/posts/{slug}")
    places = [page.one(f"#comment-{made['id']} .text")]
    page = visitor.open(f"/authors/{writer.username}")
    places += [page.one("main")]
    for place in places:
        has_lines = text in place.text or place.select("br, p + p")
        assert has_lines, place.text
    expect(writer.member.delete_comment(slug, made["id"]), 204)
