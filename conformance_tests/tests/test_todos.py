"""Adding, reading, changing and deleting one's to-dos."""

from collections.abc import Iterator
from typing import Any

import pytest

from quintet_conformance.helpers import (
    expect,
    expect_errors,
    expect_problem,
    items,
)
from quintet_conformance.site import Member, Site, together

Json = Any

OF_THE_SERVER = (
    "id",
    "user_id",
    "user",
    "owner",
    "created_at",
    "updated_at",
    "completed_at",
)
CHANGES: dict[str, Json] = {
    "title": "Another walk",
    "notes": "By the river.",
    "due_on": "2027-01-02",
    "position": 7_000,  # far from where a new one comes to stand by itself
    "completed": True,
}


@pytest.fixture(scope="module")
def owner(site: Site) -> Member:
    """Has to-dos that each test makes for itself."""
    return site.new_member()


@pytest.fixture
def todo(owner: Member) -> Json:
    made = owner.create_todo(title="A quiet walk", notes="Home.", due_on="2026-12-24")
    return expect(made, 201)


@pytest.fixture(scope="module")
def tidy(site: Site) -> Member:
    """Whose to-dos are cleared away after each test."""
    return site.new_member()


@pytest.fixture
def member(tidy: Member) -> Iterator[Member]:
    """Somebody without a to-do."""
    yield tidy
    for todo in items(tidy.list_todos, limit=100):
        expect(tidy.delete_todo(todo["id"]), 204)


@pytest.fixture(scope="module")
def stranger(site: Site) -> Member:
    """Never has a to-do."""
    return site.new_member()


@pytest.mark.requirement("TODO-01", "TODO-02")
def test_a_new_todo_is_answered_whole(member: Member) -> None:
    todo = expect(member.create_todo(title="A quiet walk"), 201)
    assert todo == {
        "id": todo["id"],
        "title": "A quiet walk",
        "notes": "",
        "completed": False,
        "due_on": None,
        "position": 0,
        "created_at": todo["created_at"],
        "updated_at": todo["updated_at"],
        "completed_at": None,
    }


@pytest.mark.requirement("TODO-01")
def test_a_new_todo_takes_all_that_is_given(owner: Member) -> None:
    given = {name: CHANGES[name] for name in CHANGES if name != "completed"}
    todo = expect(owner.create_todo(**given), 201)
    assert {name: todo[name] for name in given} == given
    assert (todo["completed"], todo["completed_at"]) == (False, None)


@pytest.mark.requirement("TODO-01", "HTTP-22")
def test_location_is_the_path_of_the_new_todo(owner: Member) -> None:
    response = owner.create_todo(title="A quiet walk", notes="Home.")
    todo = expect(response, 201)
    assert response.headers["Location"] == f"/api/v1/todos/{todo['id']}"
    assert expect(owner.request("GET", response.headers["Location"]), 200) == todo


@pytest.mark.requirement("TODO-05")
@pytest.mark.parametrize("name", CHANGES)
def test_a_change_of_one_member_leaves_the_others(
    owner: Member, todo: Json, name: str
) -> None:
    changed = expect(owner.update_todo(todo["id"], **{name: CHANGES[name]}), 200)
    by_the_server = {"updated_at": changed["updated_at"]}
    if name == "completed":
        by_the_server["completed_at"] = changed["completed_at"]
    assert changed == {**todo, name: CHANGES[name], **by_the_server}
    assert expect(owner.get_todo(todo["id"]), 200) == changed


@pytest.mark.requirement("TODO-05")
def test_all_members_change_at_once(owner: Member, todo: Json) -> None:
    changed = expect(owner.update_todo(todo["id"], **CHANGES), 200)
    assert {name: changed[name] for name in CHANGES} == CHANGES
    assert (changed["id"], changed["created_at"]) == (todo["id"], todo["created_at"])


@pytest.mark.requirement("TODO-05")
def test_null_clears_the_day_and_leaving_it_out_does_not(
    owner: Member, todo: Json
) -> None:
    kept = expect(owner.update_todo(todo["id"], notes="Later."), 200)
    assert kept["due_on"] == "2026-12-24"
    cleared = expect(owner.update_todo(todo["id"], due_on=None), 200)
    assert cleared["due_on"] is None
    assert expect(owner.get_todo(todo["id"]), 200) == cleared


@pytest.mark.requirement("TODO-05")
def test_empty_notes_are_kept_empty(owner: Member, todo: Json) -> None:
    assert expect(owner.update_todo(todo["id"], notes=""), 200)["notes"] == ""


@pytest.mark.requirement("TODO-06")
@pytest.mark.parametrize("name", CHANGES)
def test_a_change_moves_updated_at(owner: Member, todo: Json, name: str) -> None:
    changed = expect(owner.update_todo(todo["id"], **{name: CHANGES[name]}), 200)
    assert changed["updated_at"] > todo["updated_at"]


@pytest.mark.requirement("TODO-06")
@pytest.mark.parametrize(
    "body",
    [
        {},
        {"title": "A quiet walk"},
        {"title": "  A quiet walk\u3000"},
        {"notes": "Home."},
        {"notes": "\nHome.\r\n"},
        {"due_on": "2026-12-24"},
        {"completed": False},
    ],
    ids=repr,
)
def test_a_patch_of_the_same_changes_nothing(
    owner: Member, todo: Json, body: Json
) -> None:
    same = {**body, "position": todo["position"]} if body else {}
    assert expect(owner.update_todo(todo["id"], json=same), 200) == todo
    assert expect(owner.get_todo(todo["id"]), 200) == todo


@pytest.mark.requirement("TODO-09")
def test_a_deleted_todo_is_gone(owner: Member, todo: Json) -> None:
    expect(owner.delete_todo(todo["id"]), 204)
    expect_problem(owner.delete_todo(todo["id"]), 404, "not_found")
    expect_problem(owner.get_todo(todo["id"]), 404, "not_found")
    expect_problem(owner.update_todo(todo["id"], title="Back"), 404, "not_found")
    assert todo["id"] not in [each["id"] for each in items(owner.list_todos)]


@pytest.mark.requirement("TODO-09")
def test_of_parallel_deletions_one_deletes(owner: Member, todo: Json) -> None:
    answers = together(25, lambda _: owner.delete_todo(todo["id"]).status_code)
    assert sorted(answers) == [204, *[404] * 24]


@pytest.mark.requirement("TODO-09", "TODO-05")
def test_a_change_that_loses_to_the_deletion_is_not_found(
    owner: Member, todo: Json
) -> None:
    def act(number: int) -> int:
        if number == 12:
            return owner.delete_todo(todo["id"]).status_code
        return owner.update_todo(todo["id"], title=f"Walk {number}").status_code

    answers = together(25, act)
    assert answers.pop(12) == 204
    assert set(answers) <= {200, 404}
    expect_problem(owner.get_todo(todo["id"]), 404, "not_found")


@pytest.mark.requirement("TODO-09", "TODO-03")
def test_the_id_of_a_deleted_todo_is_not_given_again(member: Member) -> None:
    first = expect(member.create_todo(title="First"), 201)
    expect(member.delete_todo(first["id"]), 204)
    assert expect(member.create_todo(title="Second"), 201)["id"] > first["id"]


@pytest.mark.requirement("TODO-10", "TEXT-10", "HTTP-24")
@pytest.mark.parametrize("name", [*OF_THE_SERVER, "completed", "Title", "", "😀"])
def test_a_new_todo_takes_no_other_member(stranger: Member, name: str) -> None:
    response = stranger.create_todo(json={"title": "A quiet walk", name: 1})
    expect_errors(response, {name: "unknown"})
    assert items(stranger.list_todos) == []


@pytest.mark.requirement("TODO-10", "TEXT-10", "HTTP-24")
@pytest.mark.parametrize("name", [*OF_THE_SERVER, "Title", "", "😀"])
def test_a_change_takes_no_other_member(owner: Member, todo: Json, name: str) -> None:
    response = owner.update_todo(todo["id"], json={"title": "Changed", name: 1})
    expect_errors(response, {name: "unknown"})
    assert expect(owner.get_todo(todo["id"]), 200) == todo


@pytest.mark.requirement("TEXT-11", "HTTP-24")
@pytest.mark.parametrize("body", [{}, {"notes": "Home.", "position": 1}], ids=repr)
def test_a_new_todo_needs_a_title(stranger: Member, body: Json) -> None:
    expect_errors(stranger.create_todo(json=body), {"title": "required"})
    assert items(stranger.list_todos) == []


@pytest.mark.requirement("PROB-05", "HTTP-24")
def test_all_faults_of_a_todo_come_in_one_answer(stranger: Member) -> None:
    response = stranger.create_todo(
        title=" ", notes="x" * 5001, due_on="soon", position=2**31, completed_at=None
    )
    expect_errors(
        response,
        {
            "title": "blank",
            "notes": "too_long",
            "due_on": "format",
            "position": "too_big",
            "completed_at": "unknown",
        },
    )
    assert items(stranger.list_todos) == []
