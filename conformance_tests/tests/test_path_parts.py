"""Ids, slugs, user names and tags in paths, and what only looks like them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from quintet_conformance.cases import cases
from quintet_conformance.helpers import expect, expect_problem
from quintet_conformance.operations import Client
from quintet_conformance.site import Member

Json = Any
Read = Callable[[Json], str]

READ_BY_ID = ["/api/v1/todos/{id}", "/api/v1/posts/{slug}/comments/{id}"]
CHANGED_BY_ID = [
    ("PATCH", "/api/v1/todos/{id}"),
    ("DELETE", "/api/v1/todos/{id}"),
    ("DELETE", "/api/v1/posts/{slug}/comments/{id}"),
]
READ_BY_NAME = ["/api/v1/users/{name}", "/api/v1/posts/{name}", "/api/v1/tags/{name}"]
ASKED_BY_NAME = [
    ("PUT", "/api/v1/users/{name}/follow"),
    ("DELETE", "/api/v1/users/{name}/follow"),
    ("PATCH", "/api/v1/posts/{name}"),
    ("DELETE", "/api/v1/posts/{name}"),
    ("PUT", "/api/v1/posts/{name}/like"),
    ("DELETE", "/api/v1/posts/{name}/like"),
    ("GET", "/api/v1/posts/{name}/comments"),
    ("POST", "/api/v1/posts/{name}/comments"),
    ("GET", "/api/v1/posts/{name}/comments/1"),
    ("DELETE", "/api/v1/posts/{name}/comments/1"),
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
    "full-width digits": lambda id_: quote(
        "".join(chr(0xFF10 + int(d)) for d in str(id_))
    ),
    "underscore": lambda id_: f"{str(id_)[:1]}_{str(id_)[1:]}",
    "minus": lambda id_: f"-{id_}",
    "parameter": lambda id_: f"{id_};v=1",
    "suffix": lambda id_: f"{id_}.json",
    "above 64 bits": lambda id_: str(2**64 + id_),
    "above 32 bits": lambda id_: str(2**32 + id_),
}


@pytest.fixture
def part_of(written: Read) -> Read:
    """Give the part of a path that a case tells of."""
    return lambda case: written(case["parts"]) if "parts" in case else case["part"]


def ask(client: Client, method: str, path: str) -> httpx.Response:
    options: Json = {"json": BODIES[method]} if method in BODIES else {}
    return client.request(method, path, **options)


@dataclass(frozen=True)
class There:
    """A to-do and a comment, whose ids stand in paths."""

    owner: Member
    slug: object
    todo: Json
    comment: Json

    def path(self, template: str, write: Callable[[int], str]) -> str:
        found = self.comment if "{slug}" in template else self.todo
        return template.format(id=write(found["id"]), slug=self.slug)

    def is_unchanged(self) -> bool:
        todo = self.owner.get_todo(self.todo["id"])
        comment = self.owner.get_comment(self.slug, self.comment["id"])
        return [todo.json(), comment.json()] == [self.todo, self.comment]


@pytest.fixture
def there(scene: Any) -> There:
    slug = scene.things["slug"]
    comment = expect(scene.author.create_comment(slug, body="Well said."), 201)
    todo = expect(scene.author.create_todo(title="Read"), 201)
    return There(scene.author, slug, todo, comment)


@pytest.mark.requirement("HTTP-17")
@pytest.mark.parametrize("case", cases("path_ids"))
def test_what_is_no_id_finds_nothing(scene: Any, part_of: Read, case: Json) -> None:
    slug, part = scene.things["slug"], part_of(case)
    for path in (path.format(id=part, slug=slug) for path in READ_BY_ID):
        assert scene.author.request("GET", path).status_code in case["status"]


@pytest.mark.requirement("HTTP-17")
@pytest.mark.parametrize("respell", RESPELT.values(), ids=RESPELT)
@pytest.mark.parametrize("path", READ_BY_ID)
def test_an_id_has_one_spelling(
    there: There, path: str, respell: Callable[[int], str]
) -> None:
    response = there.owner.request("GET", there.path(path, respell))
    expect_problem(response, 404, "not_found")


@pytest.mark.requirement("HTTP-17", "HTTP-24")
@pytest.mark.parametrize("name", ["zero first", "space last", "plus", "above 64 bits"])
@pytest.mark.parametrize(("method", "path"), CHANGED_BY_ID)
def test_nothing_is_changed_by_another_spelling_of_its_id(
    there: There, method: str, path: str, name: str
) -> None:
    response = ask(there.owner, method, there.path(path, RESPELT[name]))
    expect_problem(response, 404, "not_found")
    assert there.is_unchanged()


@pytest.mark.requirement("HTTP-17")
def test_a_number_in_a_path_may_be_escaped(there: There) -> None:
    escaped = "".join(f"%{ord(digit):02X}" for digit in str(there.todo["id"]))
    response = there.owner.request("GET", f"/api/v1/todos/{escaped}")
    assert expect(response, 200) == there.todo


@pytest.mark.requirement("HTTP-18")
@pytest.mark.parametrize("case", cases("path_names"))
@pytest.mark.parametrize("path", READ_BY_NAME)
def test_what_is_no_name_finds_nothing(
    scene: Any, part_of: Read, path: str, case: Json
) -> None:
    response = scene.author.request("GET", path.format(name=part_of(case)))
    assert response.status_code in case["status"]


@pytest.mark.requirement("HTTP-18")
@pytest.mark.parametrize("name", ["%00", "%E6%97%A5", "a" * 1_000])
@pytest.mark.parametrize(("method", "path"), ASKED_BY_NAME)
def test_what_is_no_name_changes_nothing(
    scene: Any, method: str, path: str, name: str
) -> None:
    response = ask(scene.author, method, path.format(name=name))
    expect_problem(response, 404, "not_found")


@pytest.mark.requirement("HTTP-18")
@pytest.mark.parametrize("name", ["%00", "%E6%97%A5", "a" * 1_000])
def test_an_admin_finds_nothing_either(scene: Any, name: str) -> None:
    path = f"/api/v1/admin/users/{name}"
    response = scene.admin.request("PATCH", path, json={"role": "editor"})
    expect_problem(response, 404, "not_found")


@pytest.mark.requirement("HTTP-18", "HTTP-24")
@pytest.mark.parametrize(
    "respelt",
    ["{slug}%00", "{slug}%20", "%20{slug}", "{slug}%0A", "{slug}.json", "{slug}%2F"],
)
def test_a_slug_has_one_spelling(scene: Any, respelt: str) -> None:
    slug = scene.things["slug"]
    path = f"/api/v1/posts/{respelt.format(slug=slug)}"
    for method in ("GET", "PATCH", "DELETE"):
        expect_problem(ask(scene.author, method, path), 404, "not_found")
    expect(scene.author.get_post(slug), 200)


@pytest.mark.requirement("HTTP-18")
@pytest.mark.parametrize(
    "respelt", ["{name}%00", "{name}%20", "%20{name}", "{name}%0A", "%EF%BC%A1{name}"]
)
def test_a_user_name_is_not_trimmed_in_a_path(scene: Any, respelt: str) -> None:
    path = f"/api/v1/users/{respelt.format(name=scene.author.username)}"
    expect_problem(scene.author.request("GET", path), 404, "not_found")
