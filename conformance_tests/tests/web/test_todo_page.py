"""The page of to-dos: the list, its filter, and all that is done there."""

from typing import Any

import pytest

from quintet_conformance import names
from quintet_conformance.helpers import expect
from quintet_conformance.web.helpers import (
    expect_advice,
    expect_mistakes,
    expect_redirect,
    expect_success,
    todos,
)
from quintet_conformance.web.markup import tokens_of, words
from quintet_conformance.web.people import SignedIn

Json = Any

SHOWN = {"all": [0, 1, 2], "active": [0, 2], "completed": [1]}


def make(person: SignedIn, **fields: Json) -> Json:
    return expect(person.member.create_todo(**{"title": names.title(), **fields}), 201)


def read(person: SignedIn, todo: Json) -> Json:
    return expect(person.member.get_todo(todo["id"]), 200)


def address(show: str) -> str:
    return "/todos" if show == "all" else f"/todos?show={show}"


@pytest.fixture
def three(writer: SignedIn) -> list[Json]:
    """Three to-dos, the second of them done."""
    made = [make(writer) for _ in range(3)]
    expect(writer.member.update_todo(made[1]["id"], completed=True), 200)
    return [read(writer, each) for each in made]


@pytest.mark.requirement("WEB-11", "WEB-22")
def test_the_list_shows_all_active_or_completed(
    writer: SignedIn, three: list[Json]
) -> None:
    for show, expected in SHOWN.items():
        page = writer.open("/todos", show=show)
        assert todos(page) == [three[number]["id"] for number in expected]
    page = writer.open("/todos")
    assert todos(page) == [each["id"] for each in three]
    for todo in three:
        element = page.one(f"#todo-{todo['id']}")
        assert words(element.select(".title")[0]) == todo["title"]
        is_marked = "completed" in tokens_of(element, "class")
        assert is_marked is todo["completed"]


@pytest.mark.requirement("WEB-11")
@pytest.mark.parametrize("show", ["", "done", "All", "all%20", "all%00", "1"])
def test_another_filter_is_nothing(author: SignedIn, show: str) -> None:
    expect_advice(author.get(f"/todos?show={show}"), 404)


@pytest.mark.requirement("WEB-11")
def test_the_order_is_that_of_list_todos(writer: SignedIn, three: list[Json]) -> None:
    expect(writer.member.update_todo(three[2]["id"], position=-1), 200)
    order = [each["id"] for each in expect(writer.member.list_todos(), 200)["items"]]
    assert todos(writer.open("/todos")) == order
    assert order[0] == three[2]["id"]


@pytest.mark.requirement("FORM-18", "FORM-05", "FORM-19")
def test_a_todo_is_added(writer: SignedIn) -> None:
    typed = {"title": names.title(), "notes": "one\n\ntwo", "due_on": "2026-12-24"}
    answer = writer.fill("/todos", **typed)
    (stored,) = expect(writer.member.list_todos(), 200)["items"]
    assert {name: stored[name] for name in typed} == typed
    assert todos(expect_success(writer, answer, "/todos")) == [stored["id"]]


@pytest.mark.requirement("FORM-18", "FORM-06")
def test_notes_and_day_may_be_empty(writer: SignedIn) -> None:
    writer.fill("/todos", title="Only this")
    (stored,) = expect(writer.member.list_todos(), 200)["items"]
    assert (stored["notes"], stored["due_on"]) == ("", None)


@pytest.mark.requirement("FORM-18", "FORM-05", "FORM-19")
def test_a_todo_is_changed(author: SignedIn) -> None:
    todo = make(author, notes="\n\nold", due_on="2026-12-24", position=7)
    action = f"/todos/{todo['id']}"
    form = author.open("/todos", show="active").form(action)
    assert form.value("title") == todo["title"]
    assert form.value("notes") == todo["notes"]
    assert form.value("due_on") == "2026-12-24"
    typed = {"title": names.title(), "notes": "new\n\nlines", "due_on": ""}
    answer = author.submit(form, **typed)
    expect_success(author, answer, "/todos?show=active")
    now = read(author, todo)
    assert (now["title"], now["notes"]) == (typed["title"], typed["notes"])
    assert (now["due_on"], now["position"], now["completed"]) == (None, 7, False)
    expect(author.member.delete_todo(todo["id"]), 204)


@pytest.mark.requirement("FORM-18", "FORM-05")
@pytest.mark.parametrize("show", SHOWN)
def test_a_todo_is_completed_reopened_and_deleted(writer: SignedIn, show: str) -> None:
    todo = make(writer, notes="kept", due_on="2026-12-24")
    if show == "completed":
        expect(writer.member.update_todo(todo["id"], completed=True), 200)
    is_done, path = show == "completed", f"/todos/{todo['id']}"
    answer = writer.fill(address(show), f"{path}/toggle")
    expect_success(writer, answer, address(show))
    now = read(writer, todo)
    assert now["completed"] is not is_done
    assert (now["notes"], now["due_on"]) == ("kept", "2026-12-24")
    writer.fill("/todos", f"{path}/toggle")
    assert read(writer, todo)["completed"] is is_done
    answer = writer.fill(address(show), f"{path}/delete")
    expect_success(writer, answer, address(show))
    expect(writer.member.get_todo(todo["id"]), 404)


@pytest.mark.requirement("FORM-18", "FORM-05")
def test_completed_todos_are_cleared(writer: SignedIn, three: list[Json]) -> None:
    answer = writer.fill("/todos?show=completed", "/todos/clear-completed")
    page = expect_success(writer, answer, "/todos?show=completed")
    assert not todos(page)
    assert todos(writer.open("/todos")) == [three[0]["id"], three[2]["id"]]


@pytest.mark.requirement("FORM-02", "FORM-03", "FORM-18", "FORM-01")
def test_a_new_todo_with_mistakes_is_the_list_again(
    writer: SignedIn, three: list[Json]
) -> None:
    typed = {"title": "", "notes": "x" * 5001, "due_on": "2026-02-30"}
    answer = writer.fill("/todos?show=active", "/todos", **typed)
    form = expect_mistakes(answer, "/todos", "title", "notes", "due_on")
    assert {name: form.value(name) for name in typed} == typed
    assert form.hidden["show"] == "active"
    assert todos(answer) == [three[0]["id"], three[2]["id"]]
    assert len(expect(writer.member.list_todos(), 200)["items"]) == 3


@pytest.mark.requirement("FORM-02", "FORM-03", "FORM-18", "FORM-01")
def test_a_changed_todo_with_mistakes_is_the_list_again(
    writer: SignedIn, three: list[Json]
) -> None:
    todo = three[1]
    action = f"/todos/{todo['id']}"
    typed = {"title": "x" * 201, "notes": "kept\n", "due_on": "24.12.2026"}
    answer = writer.fill("/todos", action, **typed)
    form = expect_mistakes(answer, action, "title", "due_on")
    assert {name: form.value(name) for name in typed} == typed
    assert not answer.form("/todos").mistaken
    assert read(writer, todo) == todo


@pytest.mark.requirement("FORM-18", "FORM-01")
@pytest.mark.parametrize("form", ["", "/toggle", "/delete"])
def test_a_todo_of_another_is_nothing(
    author: SignedIn, reader: SignedIn, form: str
) -> None:
    todo = make(author)
    fields = [*reader.proof(), ("title", "Taken"), ("show", "all")]
    unknown = ("9223372036854775807", "9223372036854775808", "0", "x", "%00")
    for identity in (todo["id"], *unknown):
        expect_advice(reader.post(f"/todos/{identity}{form}", fields), 404)
    assert read(author, todo) == todo
    expect(author.member.delete_todo(todo["id"]), 204)


@pytest.mark.requirement("FORM-06", "FORM-18")
@pytest.mark.parametrize("show", ["all", "//evil.example", "x&y=1", "\r\nX: y"])
def test_a_strange_filter_in_a_form_leads_nowhere_else(
    author: SignedIn, show: str
) -> None:
    todo = make(author)
    fields = [*author.proof(), ("show", show)]
    answer = author.post(f"/todos/{todo['id']}/delete", fields)
    if answer.status < 400:
        expect_redirect(answer, "/todos")
    expect(author.member.delete_todo(todo["id"]), 404 if answer.status < 400 else 204)
