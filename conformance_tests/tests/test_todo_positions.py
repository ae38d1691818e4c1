"""Where in the list a to-do stands."""

from collections.abc import Iterator
from typing import Any

import pytest

from quintet_conformance.helpers import (
    expect,
    items,
)
from quintet_conformance.site import Member, Site, together

Json = Any

MOST = 2**31 - 1
LEAST = -(2**31)


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
    for todo in items(tidy.list_todos, limit=100):
        expect(tidy.delete_todo(todo["id"]), 204)


def positions_of(member: Member, *given: int) -> None:
    for position in given:
        expect(member.create_todo(title="A quiet walk", position=position), 201)


def next_position(member: Member) -> int:
    return int(expect(member.create_todo(title="A quiet walk"), 201)["position"])


@pytest.mark.requirement("TODO-02")
@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param((), 0, id="none"),
        pytest.param((0,), 1, id="first"),
        pytest.param((7, 3), 8, id="after the largest, not the last"),
        pytest.param((-5,), -4, id="negative"),
        pytest.param((LEAST,), LEAST + 1, id="least"),
        pytest.param((MOST - 1,), MOST, id="one less than the most"),
        pytest.param((MOST,), MOST, id="most"),
        pytest.param((MOST, MOST, 3), MOST, id="most again"),
    ],
)
def test_a_new_todo_goes_after_the_largest_position(
    member: Member, owner: Member, given: tuple[int, ...], expected: int
) -> None:
    positions_of(owner, 99)
    positions_of(member, *given)
    assert next_position(member) == expected


@pytest.mark.requirement("TODO-02")
def test_completed_and_moved_todos_count_for_the_position(member: Member) -> None:
    positions_of(member, 4, 1)
    last, first = items(member.list_todos)[::-1]
    expect(member.update_todo(last["id"], completed=True), 200)
    assert next_position(member) == 5
    expect(member.update_todo(first["id"], position=20), 200)
    assert next_position(member) == 21


@pytest.mark.requirement("TODO-02", "TODO-09")
def test_deleted_todos_do_not_count_for_the_position(member: Member) -> None:
    positions_of(member, 9)
    expect(member.delete_todo(items(member.list_todos)[0]["id"]), 204)
    assert next_position(member) == 0


@pytest.mark.requirement("TODO-02", "TODO-01")
def test_todos_added_at_once_are_all_kept(member: Member) -> None:
    answers = together(25, lambda number: member.create_todo(title=f"Task {number}"))
    made = [expect(answer, 201) for answer in answers]
    kept = items(member.list_todos, limit=100)
    assert sorted(kept, key=lambda todo: todo["id"]) == sorted(
        made, key=lambda todo: todo["id"]
    )


@pytest.mark.requirement("TODO-05", "PAGE-08")
def test_a_moved_todo_stands_at_its_new_place(member: Member) -> None:
    positions_of(member, 1, 2, 3)
    first, second, third = [todo["id"] for todo in items(member.list_todos)]
    expect(member.update_todo(first, position=3), 200)
    assert [todo["id"] for todo in items(member.list_todos)] == [second, first, third]
