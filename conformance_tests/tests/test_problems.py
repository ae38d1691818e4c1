"""The form of refusals, and which faults they name."""

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from quintet_conformance import names
from quintet_conformance.helpers import expect, expect_errors
from quintet_conformance.openapi import Operation
from quintet_conformance.operations import Client
from quintet_conformance.site import Member, Site

Json = Any
Send = Callable[..., httpx.Response]

JSON = {"Content-Type": "application/json"}
MEMBERS = ["type", "title", "status", "detail", "code"]
TITLES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    409: "Conflict",
    413: "Content Too Large",
    415: "Unsupported Media Type",
    422: "Unprocessable Content",
    429: "Too Many Requests",
}
# What would tell how the server is made.
INTERNAL = re.compile(
    r"Traceback|line \d+|\b\w+\.py\b|\b[A-Z]\w+(Error|Exception)\b|Exception"
    r"|\b(SELECT|INSERT|UPDATE|FROM|WHERE|UNIQUE)\b|sqlite|psycopg|asyncpg|postgres"
    r"|sqlalchemy|pydantic|django|flask|werkzeug|starlette|fastapi|tornado|sanic"
    r"|object at 0x|<class|NoneType|/site-packages/|Value error,"
)


@pytest.fixture(scope="module")
def refusals(scene: Any) -> dict[str, Callable[[], httpx.Response]]:
    """One request for each code that a problem may have."""
    author, other = scene.author, scene.other
    anonymous, slug = scene.site.anonymous(), scene.site.new_post(author)["slug"]
    draft = scene.site.new_post(author, status="draft")["slug"]
    wrong = {"username": names.username(), "password": names.PASSWORD}
    return {
        "malformed_json": lambda: author.create_todo(content=b"{", headers=JSON),
        "not_authenticated": anonymous.get_account,
        "invalid_token": anonymous.with_token("x.y.z").get_account,
        "invalid_credentials": lambda: anonymous.login(**wrong),
        "forbidden": lambda: other.delete_post(slug),
        "not_found": lambda: author.get_post("no-such-post"),
        "method_not_allowed": lambda: author.request("PATCH", "/api/v1/posts"),
        "conflict": lambda: author.like_post(draft),
        "stale_version": lambda: author.update_post(slug, title="New", version=7),
        "content_too_large": lambda: author.create_todo(
            content=b" " * 1_048_577, headers=JSON
        ),
        "unsupported_media_type": lambda: author.create_todo(
            title="Walk", headers={"Content-Type": "text/plain"}
        ),
        "validation_error": lambda: author.create_todo(title=""),
    }


CODES = {
    "malformed_json": 400,
    "not_authenticated": 401,
    "invalid_token": 401,
    "invalid_credentials": 401,
    "forbidden": 403,
    "not_found": 404,
    "method_not_allowed": 405,
    "conflict": 409,
    "stale_version": 409,
    "content_too_large": 413,
    "unsupported_media_type": 415,
    "validation_error": 422,
}


@pytest.mark.requirement("PROB-01", "PROB-02", "PROB-03", "PROB-08")
@pytest.mark.parametrize(("code", "status"), CODES.items())
def test_every_refusal_is_a_problem(refusals: Json, code: str, status: int) -> None:
    response = refusals[code]()
    problem = expect(response, status)
    further = {
        "validation_error": ["errors"],
        "conflict": ["errors"],
        "stale_version": ["current_version"],
    }
    assert list(problem) == MEMBERS + further.get(code, [])
    assert [problem[name] for name in ("type", "title", "status", "code")] == [
        "about:blank",
        TITLES[status],
        status,
        code,
    ]
    assert problem["detail"].strip()
    assert problem.get("errors", "none") != []
    assert response.headers["Content-Type"].startswith("application/problem+json")
    assert response.headers.get_list("Cache-Control") == ["no-store"]


@pytest.mark.requirement("PROB-01", "PROB-02", "PROB-08")
def test_too_many_attempts_are_a_problem(short_lived: Site) -> None:
    client = short_lived.anonymous()
    wrong = {"username": names.username(), "password": names.PASSWORD}
    answers = (client.login(**wrong) for _ in range(20))
    problem = expect(next(each for each in answers if each.status_code != 401), 429)
    assert (list(problem), problem["title"]) == (MEMBERS, TITLES[429])


@pytest.mark.requirement("PROB-09")
@pytest.mark.parametrize("code", CODES)
def test_a_problem_tells_nothing_of_the_inside(refusals: Json, code: str) -> None:
    assert INTERNAL.findall(refusals[code]().text) == []


@pytest.mark.requirement("PROB-09")
@pytest.mark.parametrize(
    "body",
    [
        {"title": 5, "notes": [], "due_on": "2023-02-29", "position": 2**70},
        {"title": "a\u0000", "due_on": {}, "position": "5", "surprise": {"a": [1]}},
        {"title": "\ud800"},
        [],
        None,
    ],
    ids=["values", "types", "surrogate", "list", "null"],
)
def test_faults_are_told_in_plain_words(member: Member, body: Json) -> None:
    response = member.create_todo(json=body)
    assert response.status_code in {400, 422}
    assert INTERNAL.findall(response.text) == []


@pytest.mark.requirement("PROB-09")
@pytest.mark.parametrize(
    "query", ["limit=a&cursor=e30", "cursor=WyJsaXN0X3Bvc3RzIiwxXQ", "q=%00", "tag="]
)
def test_faults_of_parameters_are_told_in_plain_words(
    anonymous: Client, query: str
) -> None:
    response = anonymous.list_posts(query=query)
    assert response.status_code == 422
    assert INTERNAL.findall(response.text) == []


@pytest.mark.requirement("TOKEN-01", "PROB-01")
def test_without_a_token_every_operation_for_users_is_refused(
    scene: Any, guarded_operation: Operation
) -> None:
    response = scene.send(guarded_operation, client=scene.site.anonymous())
    assert expect(response, 401)["code"] == "not_authenticated"
    assert response.headers.get_list("WWW-Authenticate") == ["Bearer"]


@pytest.mark.requirement("TOKEN-02", "PROB-01")
@pytest.mark.parametrize(
    "value", ["Bearer not.a.token", "Basic YTpi", "Bearer", "Bearer a b", "x"]
)
def test_with_a_bad_token_every_operation_for_users_is_refused(
    scene: Any, guarded_operation: Operation, value: str
) -> None:
    client = scene.site.anonymous().with_headers({"Authorization": value})
    response = scene.send(guarded_operation, client=client)
    assert expect(response, 401)["code"] == "invalid_token"


@pytest.mark.requirement("TOKEN-03", "PROB-01")
def test_a_bad_token_is_refused_where_none_is_needed(
    scene: Any, personal_operation: Operation
) -> None:
    client = scene.site.anonymous().with_token("not.a.token")
    response = scene.send(personal_operation, client=client)
    assert expect(response, 401)["code"] == "invalid_token"


@pytest.mark.requirement("HTTP-24", "TOKEN-01")
def test_who_has_no_token_changes_nothing(
    scene: Any, guarded_operation: Operation
) -> None:
    path = scene.path(guarded_operation)
    before = scene.state()
    for client in (scene.site.anonymous(), scene.site.anonymous().with_token("x.y.z")):
        expect(scene.send(guarded_operation, client=client, path=path), 401)
    assert scene.state() == before


# Several faults in one request, and what the answer has to name.
BODIES = {
    "register": (
        {"username": "a b", "email": "nowhere", "password": "short", "role": "admin"},
        {
            "username": "format",
            "email": "format",
            "password": "too_short",
            "role": "unknown",
        },
    ),
    "register without anything": (
        {"surprise": 1},
        {
            "username": "required",
            "email": "required",
            "password": "required",
            "surprise": "unknown",
        },
    ),
    "create_post": (
        {
            "body": 5,
            "status": "secret",
            "tags": ["good", "", "a" * 31, "no good", 5],
            "x": 1,
            "y": 2,
        },
        {
            "title": "required",
            "body": "type",
            "status": "choice",
            "tags.1": "blank",
            "tags.2": "too_long",
            "tags.3": "format",
            "tags.4": "type",
            "x": "unknown",
            "y": "unknown",
        },
    ),
    "create_todo": (
        {"title": " ", "notes": None, "due_on": "today", "position": 2**31},
        {"title": "blank", "notes": "type", "due_on": "format", "position": "too_big"},
    ),
}


@pytest.mark.requirement("PROB-05", "PROB-04")
@pytest.mark.parametrize(("name", "body", "errors"), [(n, *c) for n, c in BODIES.items()])
def test_all_faults_of_a_body_come_together(
    scene: Any, name: str, body: Json, errors: dict[str, str]
) -> None:
    operation = name.split()[0]
    client = scene.site.anonymous() if operation == "register" else scene.author
    expect_errors(getattr(client, operation)(json=body), errors)


@pytest.mark.requirement("PROB-05", "HTTP-24")
def test_all_faults_of_a_change_come_together(scene: Any) -> None:
    post = scene.site.new_post(scene.author)
    body = {"title": "Walk", "body": "", "tags": "a", "status": None, "version": 0}
    errors = {"body": "blank", "tags": "type", "status": "type", "version": "too_small"}
    expect_errors(scene.author.update_post(post["slug"], json=body), errors)
    assert expect(scene.author.get_post(post["slug"]), 200) == post


@pytest.mark.requirement("PROB-06", "PROB-04")
def test_all_faults_of_parameters_come_together(scene: Any) -> None:
    query = f"limit=0&cursor=x&q={'a' * 101}&tag=a"
    errors = {"limit": "too_small", "cursor": "invalid", "q": "too_long"}
    expect_errors(scene.author.list_posts(query=query), errors)


@pytest.mark.requirement("PROB-06", "PROB-04")
def test_all_faults_of_parameters_of_todos_come_together(scene: Any) -> None:
    errors = {"limit": "type", "cursor": "invalid", "completed": "choice"}
    response = scene.author.list_todos(query="limit=x&cursor=&completed=maybe")
    expect_errors(response, errors)


@pytest.mark.requirement("PROB-06", "PROB-04")
def test_all_faults_of_parameters_of_users_come_together(scene: Any) -> None:
    errors = {"limit": "too_big", "role": "choice", "q": "format"}
    response = scene.admin.list_users(query="limit=101&role=owner&q=a%00b")
    expect_errors(response, errors)


@pytest.mark.requirement("PROB-04")
@pytest.mark.parametrize("index", [0, 1, 9])
def test_an_item_is_named_by_its_place(scene: Any, index: int) -> None:
    tags = [f"tag-{number}" for number in range(10)]
    tags[index] = "no good"
    response = scene.author.create_post(title="Walk", body="Home.", tags=tags)
    expect_errors(response, {f"tags.{index}": "format"})


@pytest.mark.requirement("PROB-04")
def test_there_is_one_entry_a_field(scene: Any) -> None:
    response = scene.author.create_todo(title="\u0000" * 201, position=1.5)
    fields = [error["field"] for error in expect(response, 422)["errors"]]
    assert sorted(fields) == ["position", "title"]


FIRST = {
    "blank before too short": ("register", "username", " ", "blank"),
    "blank before format": ("register", "email", "", "blank"),
    "too short before format": ("register", "username", "é", "too_short"),
    "too long before format": ("register", "username", "-" * 31, "too_long"),
    "too long before format, NUL": ("create_todo", "title", "\u0000" * 201, "too_long"),
    "too long address": ("register", "email", "a" * 255, "too_long"),
    "too short before format, NUL": ("register", "password", "\u0000", "too_short"),
    "too long before too common": ("register", "password", "a" * 129, "too_long"),
    "type before too big": ("create_todo", "position", 2.0**40, "type"),
    "type before choice": ("create_post", "status", 5, "type"),
    "type before format": ("create_todo", "due_on", 20240101, "type"),
}


@pytest.mark.requirement("PROB-07")
@pytest.mark.parametrize(
    ("operation", "field", "value", "code"), FIRST.values(), ids=FIRST
)
def test_the_first_fault_of_a_field_is_named(
    scene: Any, operation: str, field: str, value: Json, code: str
) -> None:
    document = scene.site.connection.contract.document
    body = {**scene.body(document.operations[operation]), field: value}
    response = scene.send(document.operations[operation], json=body)
    expect_errors(response, {field: code})


@pytest.mark.requirement("PROB-07", "AUTH-05")
def test_a_short_password_is_short_before_it_is_common(anonymous: Client) -> None:
    name = names.username()[:11]
    body = {"username": name, "email": names.email(), "password": name}
    expect_errors(anonymous.register(**body), {"password": "too_short"})


@pytest.mark.requirement("PROB-07")
@pytest.mark.parametrize(
    ("query", "field", "code"),
    [
        (f"limit={10**20}x", "limit", "type"),
        (f"limit={10**20}", "limit", "too_big"),
        ("limit=-1", "limit", "type"),
        ("limit=", "limit", "type"),
        (f"q={'%00' * 101}", "q", "too_long"),
        (f"q={'a+' * 51}", "q", "too_long"),
    ],
)
def test_the_first_fault_of_a_parameter_is_named(
    anonymous: Client, query: str, field: str, code: str
) -> None:
    expect_errors(anonymous.list_posts(query=query), {field: code})
