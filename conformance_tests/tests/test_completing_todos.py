"""Completing to-dos, choosing them by that, and clearing the completed ones away."""

from collections.abc import Iterator
from typing import Any

import pytest

from quintet_conformance.helpers import expect, expect_errors, items
from quintet_conformance.site import Member, Site, together

Json = Any

DONE, OPEN = True, False


@pytest.fixture(scope="module")
def owner(site: Site) -> Member:
    """Has to-dos that each test makes for itself."""
    return site.new_member()


@pytest.fixture(scope="module")
def tidy(site: Site) -> Member:
    """Whose to-dos are cleared away after each test."""
    return site.new_member()


@pytest.fixture
def member(tidy: Member) -> Iterator[Member]:
    """Somebody without a to-do."""
    yield tidy
    for todo_id in ids_of(tidy):
        expect(tidy.delete_todo(todo_id), 204)


@pytest.fixture(scope="module")
def other_member(site: Site) -> Member:
    return site.new_member()


@pytest.fixture
def todo(owner: Member) -> Json:
    return expect(owner.create_todo(title="A quiet walk"), 201)


def add(member: Member, *completed: bool) -> list[int]:
    """Add a to-do for each, completed or not; give their ids."""
    made = [expect(member.create_todo(title="Walk"), 201)["id"] for _ in completed]
    for todo_id, is_completed in zip(made, completed, strict=True):
        if is_completed:
            expect(member.update_todo(todo_id, completed=True), 200)
    return made


def ids_of(member: Member, **query: Json) -> list[int]:
    return [todo["id"] for todo in items(member.list_todos, **query)]


@pytest.mark.requirement("TODO-04")
def test_completing_sets_the_time(owner: Member, todo: Json) -> None:
    done = expect(owner.update_todo(todo["id"], completed=True), 200)
    assert done == {
        **todo,
        "completed": True,
        "updated_at": done["updated_at"],
        "completed_at": done["completed_at"],
    }
    assert todo["created_at"] < done["completed_at"]
    assert expect(owner.get_todo(todo["id"]), 200) == done


@pytest.mark.requirement("TODO-04", "TODO-06")
def test_completing_again_changes_nothing(owner: Member, todo: Json) -> None:
    done = expect(owner.update_todo(todo["id"], completed=True), 200)
    assert expect(owner.update_todo(todo["id"], completed=True), 200) == done
    assert expect(owner.get_todo(todo["id"]), 200) == done


@pytest.mark.requirement("TODO-04", "TODO-06")
def test_a_change_of_a_completed_todo_keeps_the_time(owner: Member, todo: Json) -> None:
    done = expect(owner.update_todo(todo["id"], completed=True), 200)
    body = {"completed": True, "title": "Another walk"}
    changed = expect(owner.update_todo(todo["id"], **body), 200)
    assert changed == {**done, **body, "updated_at": changed["updated_at"]}
    assert changed["updated_at"] > done["updated_at"]


@pytest.mark.requirement("TODO-04")
def test_taking_completion_back_clears_the_time(owner: Member, todo: Json) -> None:
    done = expect(owner.update_todo(todo["id"], completed=True), 200)
    undone = expect(owner.update_todo(todo["id"], completed=False), 200)
    assert undone == {**todo, "updated_at": undone["updated_at"]}
    again = expect(owner.update_todo(todo["id"], completed=True), 200)
    assert again["completed_at"] > done["completed_at"]


@pytest.mark.requirement("TODO-04", "TODO-06")
def test_taking_back_what_was_not_completed_changes_nothing(
    owner: Member, todo: Json
) -> None:
    assert expect(owner.update_todo(todo["id"], completed=False), 200) == todo


@pytest.mark.requirement("TODO-11", "TODO-04")
def test_parallel_completions_leave_one_time(owner: Member, todo: Json) -> None:
    answers = together(25, lambda _: owner.update_todo(todo["id"], completed=True))
    done = [expect(answer, 200) for answer in answers]
    kept = expect(owner.get_todo(todo["id"]), 200)
    assert done == [kept] * 25
    assert kept["completed_at"] is not None


@pytest.mark.requirement("TODO-11", "TODO-04")
def test_a_time_stands_exactly_where_completed_is(owner: Member, todo: Json) -> None:
    answers = together(
        24, lambda number: owner.update_todo(todo["id"], completed=number % 2 == 0)
    )
    for answer in (*answers, owner.get_todo(todo["id"])):
        found = expect(answer, 200)
        assert found["completed"] == (found["completed_at"] is not None)


@pytest.mark.requirement("TODO-07")
def test_todos_are_chosen_by_completion(member: Member) -> None:
    first, second, third, fourth = add(member, DONE, OPEN, DONE, OPEN)
    assert ids_of(member) == [first, second, third, fourth]
    assert ids_of(member, completed="true") == [first, third]
    assert ids_of(member, completed="false") == [second, fourth]


@pytest.mark.requirement("TODO-07", "PAGE-03", "PAGE-04")
@pytest.mark.parametrize("completed", ["true", "false"])
def test_the_choice_holds_on_every_page(member: Member, completed: str) -> None:
    todos = add(member, DONE, OPEN, DONE, OPEN, DONE, OPEN)
    wanted = todos[::2] if completed == "true" else todos[1::2]
    assert ids_of(member, completed=completed, limit=1) == wanted
    link = member.list_todos(completed=completed, limit=2).headers["Link"]
    target = link.removeprefix("<").partition(">")[0]
    rest = expect(member.request("GET", target), 200)["items"]
    assert [todo["id"] for todo in rest] == wanted[2:]


@pytest.mark.requirement("TODO-07", "TODO-03")
def test_the_choice_finds_nothing_of_others(
    member: Member, other_member: Member
) -> None:
    add(other_member, DONE, OPEN)
    assert ids_of(member, completed="true") == ids_of(member, completed="false") == []


@pytest.mark.requirement("TODO-07", "PAGE-14")
@pytest.mark.parametrize("value", ["True", "TRUE", "1", "0", "yes", " true", "true\0"])
def test_another_choice_is_refused(owner: Member, value: str) -> None:
    expect_errors(owner.list_todos(completed=value), {"completed": "choice"})


@pytest.mark.requirement("TODO-08", "TODO-03")
def test_the_completed_todos_of_the_caller_are_cleared_away(
    member: Member, other_member: Member
) -> None:
    done, still_open, also_done = add(member, DONE, OPEN, DONE)
    others = add(other_member, DONE, OPEN)
    expect(member.delete_completed_todos(completed="true"), 204)
    assert ids_of(member) == [still_open]
    assert ids_of(other_member)[-2:] == others
    for gone in (done, also_done):
        expect(member.get_todo(gone), 404)


@pytest.mark.requirement("TODO-08")
def test_clearing_away_nothing_is_no_fault(member: Member) -> None:
    todos = add(member, OPEN)
    for _ in range(2):
        expect(member.delete_completed_todos(completed="true"), 204)
    assert ids_of(member) == todos


@pytest.mark.requirement("TODO-08", "TODO-04")
def test_what_is_no_longer_completed_stays(member: Member) -> None:
    first, second = add(member, DONE, DONE)
    expect(member.update_todo(first, completed=False), 200)
    expect(member.delete_completed_todos(completed="true"), 204)
    assert ids_of(member) == [first]
    expect(member.get_todo(second), 404)


@pytest.mark.requirement("TODO-08", "HTTP-24")
@pytest.mark.parametrize(
    "query",
    [
        "",
        "completed",
        "completed=",
        "completed=false",
        "completed=True",
        "completed=TRUE",
        "completed=1",
        "completed=yes",
        "completed=true%20",
        "completed=true%00",
        "completed=%22true%22",
        "completed[]=true",
        "Completed=true",
        "complete=true",
        "all=true",
        "limit=100",
    ],
)
def test_anything_else_clears_nothing_away(member: Member, query: str) -> None:
    todos = add(member, DONE, OPEN)
    problem = expect(member.delete_completed_todos(query=query), 422)
    assert [error["field"] for error in problem["errors"]] == ["completed"]
    assert ids_of(member) == todos


@pytest.mark.requirement("TODO-08", "HTTP-24")
@pytest.mark.parametrize("body", [{"completed": True}, {"completed": "true"}], ids=repr)
def test_the_choice_is_not_taken_from_a_body(member: Member, body: Json) -> None:
    todos = add(member, DONE)
    expect_errors(member.delete_completed_todos(json=body), {"completed": "required"})
    assert ids_of(member) == todos


@pytest.mark.requirement("TODO-08")
def test_parallel_clearings_remove_the_completed_alone(member: Member) -> None:
    todos = add(member, DONE, OPEN, DONE, OPEN, DONE)
    answers = together(25, lambda _: member.delete_completed_todos(completed="true"))
    assert [answer.status_code for answer in answers] == [204] * 25
    assert ids_of(member) == todos[1::2]
