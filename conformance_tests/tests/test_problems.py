"""The form of refusals, and which faults they name."""

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from quintet_conformance import names
from quintet_conformance.helpers import expect
from quintet_conformance.operations import Client
from quintet_conformance.site import Member, Site

Json = Any

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
