"""Writing a post through its form: new, changed, taken back, deleted."""

from typing import Any

import pytest

from quintet_conformance import names
from quintet_conformance.helpers import expect
from quintet_conformance.web.browser import Browser
from quintet_conformance.web.helpers import (
    expect_advice,
    expect_mistakes,
    expect_success,
)
from quintet_conformance.web.people import SignedIn

Json = Any

BODY = "\n\nFirst line\n\n\tsecond *line*  \n\n"


def read(author: SignedIn, slug: str) -> Json:
    return expect(author.member.get_post(slug), 200)


def slug_of(place: str) -> str:
    return place.removeprefix("/posts/")


@pytest.mark.requirement("FORM-05", "FORM-19", "WEB-22")
@pytest.mark.parametrize("status", ["draft", "published"])
def test_a_new_post_leads_to_its_page(author: SignedIn, status: str) -> None:
    title, tag = names.title(), names.tag()
    form = author.open("/new").form("/new")
    assert {"draft", "published"} <= set(form.choices("status"))
    fields = {"title": title, "body": BODY, "tags": tag, "status": status}
    answer = author.submit(form, **fields)
    stored = read(author, slug_of(answer.location))
    assert (stored["title"], stored["body"]) == (title, BODY)
    assert (stored["tags"], stored["status"]) == ([tag], status)
    page = expect_success(author, answer, f"/posts/{stored['slug']}")
    assert page.heading == title


@pytest.mark.requirement("FORM-09")
@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("", []),
        (" , ,,", []),
        ("b-{0},a-{0}", ["a-{0}", "b-{0}"]),
        (" B-{0} ,, a-{0} , b-{0},", ["a-{0}", "b-{0}"]),
    ],
    ids=["none", "empty-parts", "two", "spelled-otherwise"],
)
def test_tags_are_separated_by_commas(
    author: SignedIn, typed: str, stored: list[str]
) -> None:
    word = names.word(8)
    fields = {"title": names.title(), "body": "x", "status": "draft"}
    answer = author.fill("/new", **fields, tags=typed.format(word))
    expected = [each.format(word) for each in stored]
    assert read(author, slug_of(answer.location))["tags"] == expected
    shown = author.open(f"{answer.location}/edit").form(f"{answer.location}/edit")
    parts = [part.strip() for part in shown.value("tags").split(",")]
    assert [part for part in parts if part] == expected


@pytest.mark.requirement("FORM-10", "FORM-19")
def test_the_form_of_a_post_shows_it_as_it_is(author: SignedIn, new_post: Any) -> None:
    post = new_post(author.member, body=BODY, tags=["b-b", "a-a"], status="draft")
    action = f"/posts/{post['slug']}/edit"
    form = author.open(action).form(action)
    names_shown = ("title", "body", "status", "version")
    shown = {name: form.value(name) for name in names_shown}
    assert shown == {name: str(post[name]) for name in names_shown}
    assert form.hidden["version"] == "1"


@pytest.mark.requirement("FORM-05", "FORM-10", "WEB-22")
def test_a_changed_post_leads_to_its_page(author: SignedIn, post: Json) -> None:
    action, title = f"/posts/{post['slug']}/edit", names.title()
    answer = author.fill(action, title=title, body=BODY, tags="one-a, two-b")
    page = expect_success(author, answer, f"/posts/{post['slug']}")
    assert page.heading == title
    now = read(author, post["slug"])
    assert (now["title"], now["body"], now["version"]) == (title, BODY, 2)
    assert (now["tags"], now["status"]) == (["one-a", "two-b"], "published")
    assert now["slug"] == post["slug"]


@pytest.mark.requirement("FORM-10", "FORM-19")
def test_saving_without_a_change_changes_nothing(
    author: SignedIn, new_post: Any
) -> None:
    post = new_post(author.member, body=BODY, tags=["a-a", "b-b"])
    author.fill(f"/posts/{post['slug']}/edit")
    assert read(author, post["slug"]) == post


@pytest.mark.requirement("FORM-10", "FORM-02", "WEB-17")
def test_a_stale_version_comes_back_and_succeeds_when_sent_again(
    author: SignedIn, post: Json
) -> None:
    path, title = f"/posts/{post['slug']}", names.title()
    form = author.open(f"{path}/edit").form(f"{path}/edit")
    expect(author.member.update_post(post["slug"], title="Meanwhile"), 200)
    typed = {"title": title, "body": "Mine.\n\nAll.", "tags": "mine"}
    answer = author.submit(form, **typed)
    assert answer.status == 409
    assert read(author, post["slug"])["title"] == "Meanwhile"
    assert path in answer.links("main a")
    again = answer.form(f"{path}/edit")
    assert {name: again.value(name) for name in typed} == typed
    assert again.value("status") == "published"
    answer = author.submit(again)
    expect_success(author, answer, path)
    now = read(author, post["slug"])
    assert (now["title"], now["body"], now["tags"]) == (
        title,
        "Mine.\n\nAll.",
        ["mine"],
    )
    assert now["version"] == 3


@pytest.mark.requirement("FORM-10", "FORM-01")
def test_the_hidden_version_is_looked_at(author: SignedIn, post: Json) -> None:
    action = f"/posts/{post['slug']}/edit"
    for version in ("2", "99", "0", "-1", "x", "", "9" * 30):
        form = author.open(action).form(action)
        answer = author.submit(form, title="Taken", version=version)
        assert answer.status in {400, 409, 422}, version
        assert read(author, post["slug"]) == post


@pytest.mark.requirement("FORM-10", "FORM-06")
def test_a_form_without_its_version_changes_nothing(
    author: SignedIn, post: Json
) -> None:
    action = f"/posts/{post['slug']}/edit"
    form = author.open(action).form(action)
    answer = author.submit(form, without=["version"], title="Taken")
    assert answer.status in {400, 409, 422}
    assert read(author, post["slug"]) == post


@pytest.mark.requirement("FORM-10", "FORM-02", "FORM-01")
def test_a_changed_post_with_mistakes_comes_back(author: SignedIn, post: Json) -> None:
    action = f"/posts/{post['slug']}/edit"
    typed = {"title": "", "body": "", "tags": "not a tag", "status": "draft"}
    answer = author.fill(action, **typed)
    form = expect_mistakes(answer, action, "title", "body", "tags")
    assert {name: form.value(name) for name in typed} == typed
    assert form.hidden["version"] == "1"
    assert read(author, post["slug"]) == post


@pytest.mark.requirement("FORM-05", "FORM-01")
def test_a_deleted_post_is_gone(author: SignedIn, visitor: Browser, post: Json) -> None:
    path = f"/posts/{post['slug']}"
    page = expect_success(author, author.fill(path, f"{path}/delete"), "/")
    assert path not in page.links("article h2 a")
    expect_advice(visitor.get(path), 404)
    expect_advice(author.post(f"{path}/delete", author.proof()), 404)
    expect(author.member.get_post(post["slug"]), 404)


@pytest.mark.requirement("FORM-01", "WEB-16")
@pytest.mark.parametrize(
    "form", ["edit", "delete", "like", "unlike", "comments", "comments/1/delete"]
)
def test_a_form_of_no_post_is_nothing(author: SignedIn, form: str) -> None:
    values = {"title": "x", "body": "x", "tags": "", "status": "draft", "version": "1"}
    for slug in (names.word(), "A", "%00"):
        fields = [*author.proof(), *values.items()]
        expect_advice(author.post(f"/posts/{slug}/{form}", fields), 404)
