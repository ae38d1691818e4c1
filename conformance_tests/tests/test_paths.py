"""Paths that lead nowhere, ids and names in them, and the paths that answers give."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from quintet_conformance import names
from quintet_conformance.cases import cases
from quintet_conformance.helpers import expect, expect_problem
from quintet_conformance.openapi import Operation
from quintet_conformance.operations import Client
from quintet_conformance.site import Member

Json = Any
Send = Callable[..., httpx.Response]
Read = Callable[[Json], str]

METHODS = ["GET", "PUT", "POST", "DELETE", "PATCH"]
WITH_AN_ID = [
    ("GET", "/api/v1/todos/{id}"),
    ("PATCH", "/api/v1/todos/{id}"),
    ("DELETE", "/api/v1/todos/{id}"),
    ("GET", "/api/v1/posts/{slug}/comments/{id}"),
    ("DELETE", "/api/v1/posts/{slug}/comments/{id}"),
]
WITH_A_NAME = [
    ("GET", "/api/v1/users/{name}"),
    ("PUT", "/api/v1/users/{name}/follow"),
    ("DELETE", "/api/v1/users/{name}/follow"),
    ("GET", "/api/v1/posts/{name}"),
    ("PATCH", "/api/v1/posts/{name}"),
    ("DELETE", "/api/v1/posts/{name}"),
    ("PUT", "/api/v1/posts/{name}/like"),
    ("DELETE", "/api/v1/posts/{name}/like"),
    ("GET", "/api/v1/posts/{name}/comments"),
    ("POST", "/api/v1/posts/{name}/comments"),
    ("GET", "/api/v1/posts/{name}/comments/1"),
    ("DELETE", "/api/v1/posts/{name}/comments/1"),
    ("GET", "/api/v1/tags/{name}"),
]
BODIES = {"POST": {"body": "Well said."}, "PATCH": {"title": "Walk"}}
# Spellings of an id that is there, which a lenient converter would find.
RESPELT: dict[str, Callable[[int], str]] = {
    "zero first": lambda id_: f"0{id_}",
    "plus": lambda id_: f"+{id_}",
    "encoded plus": lambda id_: f"%2B{id_}",
    "fraction": lambda id_: f"{id_}.0",
    "exponent": lambda id_: f"{id_}e0",
    "space first": lambda id_: f"%20{id_}",
    "space last": lambda id_: f"{id_}%20",
    "line feed last": lambda id_: f"{id_}%0A",
    "NUL last": lambda id_: f"{id_}%00",
    "Arabic digits": lambda id_: quote("".join("٠١٢٣٤٥٦٧٨٩"[int(d)] for d in str(id_))),
    "full-width digits": lambda id_: quote("".join(chr(0xFF10 + int(d)) for d in str(id_))),
    "underscore": lambda id_: f"{str(id_)[:1]}_{str(id_)[1:]}",
    "minus": lambda id_: f"-{id_}",
    "parameter": lambda id_: f"{id_};v=1",
    "suffix": lambda id_: f"{id_}.json",
    "above 64 bits": lambda id_: str(2**64 + id_),
    "above 32 bits": lambda id_: str(2**32 + id_),
}
NOWHERE = [
    "/api/",
    "/api/v1",
    "/api/v1/",
    "/api/v2/posts",
    "/api/v1/nothing",
    "/api/v1/Posts",
    "/api/v1//posts",
    "/api//v1/posts",
    "/api/v1/posts.json",
    "/api/v1/me/nothing",
    "/api/v1/posts/a/likes",
    "/api/v1/posts/a/comments/1/more",
    "/api/v1/auth",
    "/api/v1/auth/nothing",
    "/api/v1/admin",
    "/api/v1/admin/users/a/b",
    "/api/v1/%2e%2e/healthz",
    "/api/v1/posts%2F",
    "/api/v1/%00",
    "/api/v1/index.html",
    "/api/openapi.json",
]


def ask(client: Client, method: str, path: str) -> httpx.Response:
    options = {"json": BODIES[method]} if method in BODIES else {}
    return client.request(method, path, **options)


@pytest.fixture(scope="module")
def there(scene: Any) -> dict[str, Any]:
    """A to-do and a comment, whose ids stand in the paths of this module."""
    slug = scene.site.new_post(scene.author)["slug"]
    comment = expect(scene.author.create_comment(slug, body="Well said."), 201)
    todo = expect(scene.author.create_todo(title="Read"), 201)
    return {"slug": slug, "comment": comment, "todo": todo}


@pytest.mark.requirement("HTTP-16")
def test_a_slash_at_the_end_leads_nowhere(scene: Any, any_operation: Operation) -> None:
    response = scene.send(any_operation, path=f"{scene.path(any_operation)}/")
    expect_problem(response, 404, "not_found")
    assert "Location" not in response.headers


@pytest.mark.requirement("HTTP-16")
@pytest.mark.parametrize("method", ["HEAD", *METHODS])
def test_no_method_is_redirected(anonymous: Client, method: str) -> None:
    response = anonymous.request(method, "/api/v1/posts/")
    assert response.status_code == 404
    assert "Location" not in response.headers


@pytest.mark.requirement("HTTP-16")
@pytest.mark.parametrize("path", ["/api/v1/posts/?limit=1", "/api/v1/posts//"])
def test_what_follows_a_slash_changes_nothing(anonymous: Client, path: str) -> None:
    expect_problem(anonymous.request("GET", path), 404, "not_found")


@pytest.mark.requirement("HTTP-17")
@pytest.mark.parametrize("case", cases("path_ids"))
@pytest.mark.parametrize(("method", "path"), WITH_AN_ID)
def test_what_is_no_id_finds_nothing(
    scene: Any, there: Json, written: Read, method: str, path: str, case: Json
) -> None:
    part = written(case["parts"]) if "parts" in case else case["part"]
    response = ask(scene.author, method, path.format(id=part, slug=there["slug"]))
    assert response.status_code in case["status"]


@pytest.mark.requirement("HTTP-17", "HTTP-24")
@pytest.mark.parametrize("respell", RESPELT.values(), ids=RESPELT)
@pytest.mark.parametrize(("method", "path"), WITH_AN_ID)
def test_an_id_has_one_spelling(
    scene: Any, there: Json, method: str, path: str, respell: Callable[[int], str]
) -> None:
    slug, comment, todo = there["slug"], there["comment"], there["todo"]
    there_id = comment["id"] if "{slug}" in path else todo["id"]
    response = ask(scene.author, method, path.format(id=respell(there_id), slug=slug))
    expect_problem(response, 404, "not_found")
    assert expect(scene.author.get_todo(todo["id"]), 200) == todo
    assert expect(scene.author.get_comment(slug, comment["id"]), 200) == comment


@pytest.mark.requirement("HTTP-17")
def test_a_number_in_a_path_may_be_escaped(scene: Any, there: Json) -> None:
    escaped = "".join(f"%{ord(digit):02X}" for digit in str(there["todo"]["id"]))
    response = scene.author.request("GET", f"/api/v1/todos/{escaped}")
    assert expect(response, 200) == there["todo"]


@pytest.mark.requirement("HTTP-18")
@pytest.mark.parametrize("case", cases("path_names"))
@pytest.mark.parametrize(("method", "path"), WITH_A_NAME)
def test_what_is_no_name_finds_nothing(
    scene: Any, written: Read, method: str, path: str, case: Json
) -> None:
    part = written(case["parts"]) if "parts" in case else case["part"]
    response = ask(scene.author, method, path.format(name=part))
    assert response.status_code in case["status"]


@pytest.mark.requirement("HTTP-18")
@pytest.mark.parametrize("case", cases("path_names"))
def test_an_admin_finds_nothing_either(
    scene: Any, written: Read, case: Json
) -> None:
    part = written(case["parts"]) if "parts" in case else case["part"]
    response = scene.admin.request(
        "PATCH", f"/api/v1/admin/users/{part}", json={"role": "editor"}
    )
    assert response.status_code in case["status"]


@pytest.mark.requirement("HTTP-18", "HTTP-24")
@pytest.mark.parametrize(
    "respelt",
    ["{slug}%00", "{slug}%20", "%20{slug}", "{slug}%0A", "{slug}.json", "{slug}%2F"],
)
def test_a_slug_has_one_spelling(scene: Any, there: Json, respelt: str) -> None:
    path = f"/api/v1/posts/{respelt.format(slug=there['slug'])}"
    for method in ("GET", "PATCH", "DELETE"):
        expect_problem(ask(scene.author, method, path), 404, "not_found")
    expect(scene.author.get_post(there["slug"]), 200)


@pytest.mark.requirement("HTTP-18")
@pytest.mark.parametrize(
    "respelt", ["{name}%00", "{name}%20", "%20{name}", "{name}%0A", "%EF%BC%A1{name}"]
)
def test_a_user_name_is_not_trimmed_in_a_path(scene: Any, respelt: str) -> None:
    path = f"/api/v1/users/{respelt.format(name=scene.author.username)}"
    expect_problem(scene.author.request("GET", path), 404, "not_found")


@pytest.mark.requirement("HTTP-14")
@pytest.mark.parametrize(
    "query",
    [
        "surprise=1",
        "surprise",
        "=1",
        "&&",
        "utm_source=%FF",
        "a=%00&b=%ZZ&c=%",
        "access_token=x.y.z",
        "Limit=0",
        "limit[]=0",
        "_method=DELETE",
        "a=" + "b" * 2_000,
        "&".join(f"a{number}=1" for number in range(300)),
    ],
    ids=lambda query: query[:20],
)
def test_parameters_that_are_not_known_are_ignored(
    send: Send, reading_operation: Operation, query: str
) -> None:
    expect(send(reading_operation, query=query), 200)


@pytest.mark.requirement("HTTP-14")
def test_a_change_ignores_parameters(send: Send, writing_operation: Operation) -> None:
    response = send(writing_operation, query="title=Walk&surprise=1&limit=0")
    assert response.is_success or writing_operation.id == "confirm_password_reset"


@pytest.mark.requirement("HTTP-22")
def test_what_was_created_is_found_at_its_location(
    scene: Any, creating_operation: Operation
) -> None:
    response = scene.send(creating_operation)
    made, location = expect(response, 201), response.headers["Location"]
    assert location.startswith("/api/v1/")
    found = expect(scene.author.request("GET", location), 200)
    assert found.items() >= {
        name: made[name] for name in made.keys() & found.keys()
    }.items()


@pytest.mark.requirement("HTTP-22")
@pytest.mark.parametrize(
    "field", ["X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Prefix", "Forwarded"]
)
def test_a_location_does_not_follow_the_request(scene: Any, field: str) -> None:
    headers = {field: "host=evil.example" if field == "Forwarded" else "evil.example"}
    response = scene.author.create_todo(title="Walk", headers=headers)
    todo = expect(response, 201)
    assert response.headers["Location"] == f"/api/v1/todos/{todo['id']}"


@pytest.mark.requirement("HTTP-22")
def test_a_link_is_a_path(member: Member, new_post: Callable[..., Json]) -> None:
    tag = names.tag()
    for _ in range(2):
        new_post(member, tags=[tag])
    link = member.list_posts(tag=tag, limit=1).headers["Link"]
    path = link.removeprefix("<").removesuffix('>; rel="next"')
    assert path.startswith("/api/v1/posts?")
    assert len(expect(member.request("GET", path), 200)["items"]) == 1


@pytest.mark.requirement("HTTP-23")
@pytest.mark.parametrize("path", NOWHERE)
@pytest.mark.parametrize("method", METHODS)
def test_an_unknown_path_is_a_problem(
    anonymous: Client, method: str, path: str
) -> None:
    expect_problem(anonymous.request(method, path), 404, "not_found")


@pytest.mark.requirement("HTTP-23")
@pytest.mark.parametrize("method", METHODS)
def test_an_unknown_path_is_not_known_to_a_user_either(
    member: Member, method: str
) -> None:
    response = member.request(method, "/api/v1/nothing", json={"title": "Walk"})
    expect_problem(response, 404, "not_found")


@pytest.mark.requirement("HTTP-25", "TOKEN-13")
@pytest.mark.parametrize("name", ["access_token", "token", "Authorization", "session"])
def test_a_cookie_signs_nobody_in(member: Member, name: str) -> None:
    token = member.access_token
    for value in (token, f"Bearer {token}"):
        response = member.without_token().get_account(
            headers={"Cookie": f'{name}="{value}"'}
        )
        expect_problem(response, 401, "not_authenticated")


@pytest.mark.requirement("HTTP-25")
@pytest.mark.parametrize(
    "cookie", ["sessionid=x", "session=e30.aa.bb", "=", ";;;", "a=\xff", "c" * 4_000]
)
def test_a_cookie_does_not_matter(member: Member, cookie: str) -> None:
    headers = {"Cookie": cookie.encode("latin-1")}
    assert expect(member.get_account(headers=headers), 200) == member.account


@pytest.mark.requirement("HTTP-25")
def test_no_operation_sets_a_cookie(send: Send, any_operation: Operation) -> None:
    assert "Set-Cookie" not in send(any_operation).headers
