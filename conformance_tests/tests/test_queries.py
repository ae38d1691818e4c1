"""The cases of the specification for query strings, ids of to-dos and user names."""

from typing import Any

import pytest

from quintet_conformance.cases import cases
from quintet_conformance.helpers import expect, expect_errors, expect_problem
from quintet_conformance.operations import API
from quintet_conformance.site import Member, Site

Json = Any

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


def text_of(case: Json, name: str) -> str:
    """Give what a case holds under a name, or in parts."""
    if name in case:
        return str(case[name])
    return "".join(
        part if isinstance(part, str) else part["repeat"] * part["times"]
        for part in case["parts"]
    )


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


def check(caller: Member, case: Json) -> None:
    method, path = PATHS[case["operation"]]
    response = caller.request(method, API + path, query=text_of(case, "query"))
    if "error" in case:
        expect_errors(response, {case["field"]: case["error"]})
    elif "status" in case:
        assert response.status_code in case["status"]
    else:
        page = expect(response, 204 if method == "DELETE" else 200)
        assert "items" not in case or len(page["items"]) == case["items"]


@pytest.mark.parametrize("case", queries(admin=False))
def test_a_query(owner: Member, case: Json) -> None:
    check(owner, case)


@pytest.mark.parametrize("case", queries(admin=True))
def test_a_query_of_an_admin(scene: Any, case: Json) -> None:
    check(scene.admin, case)


@pytest.mark.requirement("HTTP-24")
@pytest.mark.parametrize("case", refused_deletions())
def test_a_refused_deletion_of_todos_removes_none(owner: Member, case: Json) -> None:
    todo = expect(owner.create_todo(title="A quiet walk"), 201)
    expect(owner.update_todo(todo["id"], completed=True), 200)
    check(owner, case)
    assert expect(owner.get_todo(todo["id"]), 200)["completed"]


@pytest.mark.requirement("HTTP-17", "TODO-03")
@pytest.mark.parametrize("case", cases("path_ids"))
@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_what_is_no_id_of_a_todo_is_not_found(
    owner: Member, method: str, case: Json
) -> None:
    body: Json = {"json": {"title": "Changed"}} if method == "PATCH" else {}
    path = f"{API}/todos/{text_of(case, 'part')}"
    response = owner.request(
        method, path, server_may_refuse=400 in case["status"], **body
    )
    assert response.status_code in case["status"]


@pytest.mark.requirement("HTTP-18", "PROF-06", "ADMIN-07")
@pytest.mark.parametrize("case", cases("path_names"))
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/users/{}"),
        ("PUT", "/users/{}/follow"),
        ("DELETE", "/users/{}/follow"),
        ("PATCH", "/admin/users/{}"),
    ],
)
def test_what_is_no_user_name_is_not_found(
    scene: Any, method: str, path: str, case: Json
) -> None:
    body: Json = {"json": {"role": "member"}} if method == "PATCH" else {}
    response = scene.admin.request(
        method,
        API + path.format(text_of(case, "part")),
        server_may_refuse=400 in case["status"],
        **body,
    )
    assert response.status_code in case["status"]
    if case["status"] == [404]:
        expect_problem(response, 404, "not_found")
