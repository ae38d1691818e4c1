"""A to-do is its owner's alone."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from quintet_conformance.helpers import (
    expect,
    expect_problem,
    items,
)
from quintet_conformance.site import Member, Site

Json = Any


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


@pytest.fixture
def todo(owner: Member) -> Json:
    made = owner.create_todo(title="A quiet walk", notes="Home.", due_on="2026-12-24")
    return expect(made, 201)


@pytest.fixture(scope="module")
def stranger(site: Site) -> Member:
    """Never has a to-do."""
    return site.new_member()


@pytest.mark.requirement("TODO-03", "HTTP-24")
@pytest.mark.parametrize("method", ["GET", "HEAD", "PATCH", "DELETE"])
def test_a_todo_of_another_is_not_found(
    owner: Member, stranger: Member, todo: Json, method: str
) -> None:
    """It is answered like one that never was, but for the id."""
    body: Json = {"json": {"title": "Mine now", "completed": True}}
    options = body if method == "PATCH" else {}
    answers = [
        stranger.request(method, f"/api/v1/todos/{number}", **options)
        for number in (todo["id"], 2**62)
    ]
    assert [answer.status_code for answer in answers] == [404, 404]
    theirs, nobodys = [re.sub("[0-9]+", "", answer.text) for answer in answers]
    assert theirs == nobodys
    assert expect(owner.get_todo(todo["id"]), 200) == todo


@pytest.mark.requirement("TODO-03", "HTTP-24")
@pytest.mark.parametrize("role", ["editor", "admin"])
def test_a_todo_is_not_found_by_those_with_a_role(
    new_privileged_member: Any, owner: Member, todo: Json, role: str
) -> None:
    reader = new_privileged_member(role)
    expect_problem(reader.get_todo(todo["id"]), 404, "not_found")
    expect_problem(reader.update_todo(todo["id"], title="Mine"), 404, "not_found")
    expect_problem(reader.delete_todo(todo["id"]), 404, "not_found")
    assert expect(owner.get_todo(todo["id"]), 200) == todo


@pytest.mark.requirement("TODO-03")
def test_todos_are_in_the_list_of_their_owner_alone(
    member: Member, owner: Member, todo: Json
) -> None:
    mine = expect(member.create_todo(title="Mine"), 201)
    assert items(member.list_todos) == [mine]
    theirs = items(owner.list_todos, limit=100)
    assert (todo in theirs, mine in theirs) == (True, False)


@pytest.mark.requirement("TODO-03", "HTTP-14")
@pytest.mark.parametrize("name", ["user", "user_id", "owner", "username"])
def test_a_parameter_does_not_choose_whose_todos_are_listed(
    stranger: Member, owner: Member, todo: Json, name: str
) -> None:
    value = owner.id if name == "user_id" else owner.username
    assert items(stranger.list_todos, **{name: value}) == []
