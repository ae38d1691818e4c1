"""Which faults of bodies and parameters an answer names, and how."""

from typing import Any

import pytest

from quintet_conformance import names
from quintet_conformance.helpers import expect, expect_errors
from quintet_conformance.operations import Client

Json = Any

# Several faults in one request, and what the answer has to name.
BODIES = [
    pytest.param(
        "register",
        {"username": "a b", "email": "nowhere", "password": "short", "role": "admin"},
        {
            "username": "format",
            "email": "format",
            "password": "too_short",
            "role": "unknown",
        },
        id="registration",
    ),
    pytest.param(
        "register",
        {"surprise": 1},
        {
            "username": "required",
            "email": "required",
            "password": "required",
            "surprise": "unknown",
        },
        id="registration without anything",
    ),
    pytest.param(
        "create_post",
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
        id="post",
    ),
    pytest.param(
        "create_todo",
        {"title": " ", "notes": None, "due_on": "today", "position": 2**31},
        {"title": "blank", "notes": "type", "due_on": "format", "position": "too_big"},
        id="to-do",
    ),
]


@pytest.mark.requirement("PROB-05", "PROB-04")
@pytest.mark.parametrize(("operation", "body", "errors"), BODIES)
def test_all_faults_of_a_body_come_together(
    scene: Any, operation: str, body: Json, errors: dict[str, str]
) -> None:
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
    query = f"limit=0&q={'a' * 101}&tag=a"
    errors = {"limit": "too_small", "q": "too_long"}
    expect_errors(scene.author.list_posts(query=query), errors)


@pytest.mark.requirement("PROB-06", "PROB-04")
def test_all_faults_of_parameters_of_todos_come_together(scene: Any) -> None:
    errors = {"limit": "type", "completed": "choice"}
    response = scene.author.list_todos(query="limit=x&completed=maybe")
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
