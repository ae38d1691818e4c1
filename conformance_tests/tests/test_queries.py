"""The cases of the specification for query strings."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from quintet_conformance.cases import cases
from quintet_conformance.helpers import expect, expect_errors
from quintet_conformance.operations import API
from quintet_conformance.site import Member, Site

Json = Any
Ask = Callable[[Member, Json], None]

PATHS = {
    "list_posts": ("GET", "/posts"),
    "list_feed": ("GET", "/feed"),
    "list_drafts": ("GET", "/me/drafts"),
    "list_todos": ("GET", "/todos"),
    "delete_completed_todos": ("DELETE", "/todos"),
    "list_users": ("GET", "/admin/users"),
}


# By the word with which the id of a case begins.
RULES = {
    "author": ("PAGE-09", "PAGE-10", "PAGE-13"),
    "both": ("PAGE-02", "PROB-06"),
    "completed": ("PAGE-14",),
    "cursor": ("PAGE-07", "PAGE-15"),
    "delete": ("TODO-08",),
    "liked": ("PAGE-09", "PAGE-10", "PAGE-13"),
    "limit": ("PAGE-02",),
    "none": ("PAGE-01",),
    "q": ("PAGE-11", "PAGE-13"),
    "role": ("PAGE-14",),
    "tag": ("PAGE-09", "PAGE-10", "PAGE-13"),
    "unknown": ("HTTP-14",),
}


@pytest.fixture(scope="module")
def owner(site: Site) -> Member:
    """Has to-dos of this module's own."""
    return site.new_member()


def queries(*, admin: bool) -> list[Any]:
    found = [param.values[0] for param in cases("query")]
    return [
        pytest.param(
            case,
            id=case["id"],
            marks=pytest.mark.requirement(*RULES[case["id"].partition("-")[0]]),
        )
        for case in found
        if (case["operation"] == "list_users") == admin
    ]


def refused_deletions() -> list[Any]:
    return [
        param
        for param in queries(admin=False)
        if param.id.startswith("delete") and "status" in param.values[0]
    ]


@pytest.fixture
def ask(written: Callable[[list[Json]], str]) -> Ask:
    """Send the query string of a case and expect what the case says."""

    def send(caller: Member, case: Json) -> None:
        method, path = PATHS[case["operation"]]
        query = case["query"] if "query" in case else written(case["parts"])
        check(caller.request(method, API + path, query=query), case)

    return send


def check(response: httpx.Response, case: Json) -> None:
    __tracebackhide__ = True
    if "error" in case:
        expect_errors(response, {case["field"]: case["error"]})
    elif "status" in case:
        assert response.status_code in case["status"]
    else:
        page = expect(response, 204 if response.request.method == "DELETE" else 200)
        assert "items" not in case or len(page["items"]) == case["items"]


@pytest.mark.parametrize("case", queries(admin=False))
def test_a_query(owner: Member, ask: Ask, case: Json) -> None:
    ask(owner, case)


@pytest.mark.parametrize("case", queries(admin=True))
def test_a_query_of_an_admin(scene: Any, ask: Ask, case: Json) -> None:
    ask(scene.admin, case)


@pytest.mark.requirement("HTTP-24")
@pytest.mark.parametrize("case", refused_deletions())
def test_a_refused_deletion_of_todos_removes_none(
    owner: Member, ask: Ask, case: Json
) -> None:
    todo = expect(owner.create_todo(title="A quiet walk"), 201)
    expect(owner.update_todo(todo["id"], completed=True), 200)
    ask(owner, case)
    assert expect(owner.get_todo(todo["id"]), 200)["completed"]
