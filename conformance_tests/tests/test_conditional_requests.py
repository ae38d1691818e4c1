"""Entity tags, what caches may keep, and answers of 304."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from quintet_conformance import names
from quintet_conformance.contract import entity_tag
from quintet_conformance.helpers import expect
from quintet_conformance.openapi import Operation
from quintet_conformance.operations import Client
from quintet_conformance.site import Member

Json = Any
Send = Callable[..., httpx.Response]
Write = Callable[[str], str]
NewPost = Callable[..., Json]

FOR_EVERYBODY = {"list_tags", "get_tag"}
OTHER = '"AAAAAAAAAAAAAAAAAAAAAA"'

# How the current tag may stand in If-None-Match, and what does not match it.
MATCHING: dict[str, Write] = {
    "alone": lambda tag: tag,
    "weak": lambda tag: f"W/{tag}",
    "first of a list": lambda tag: f"{tag}, {OTHER}",
    "last of a list": lambda tag: f"{OTHER}, {tag}",
    "in a list without white space": lambda tag: f"{OTHER},{tag},{OTHER}",
    "weak in a list": lambda tag: f"{OTHER}, W/{tag}",
    "after a tag with a comma": lambda tag: f'"a,b", {tag}',
    "any": lambda tag: "*",
}
NOT_MATCHING: dict[str, Write] = {
    "another": lambda tag: OTHER,
    "two others": lambda tag: f'{OTHER}, W/"b"',
    "empty": lambda tag: "",
    "a comma": lambda tag: ",",
    "a quote": lambda tag: '"',
    "cut": lambda tag: f'{tag[:-2]}"',
    "longer": lambda tag: f'{tag[:-1]}A"',
    "in another case": lambda tag: tag.swapcase(),
    "with a suffix": lambda tag: f'{tag[:-1]}-gzip"',
    "a star in quotes": lambda tag: '"*"',
    "very long": lambda tag: f'"{"A" * 4_000}"',
}


@pytest.fixture(scope="module")
def member(bystanders: Callable[[int], list[Member]]) -> Member:
    """Somebody whose answers are looked at, whatever is in them."""
    return bystanders(1)[0]


def vary(response: httpx.Response) -> set[str]:
    listed = ",".join(response.headers.get_list("Vary"))
    return {name.strip().lower() for name in listed.split(",") if name.strip()}


def about_caching(response: httpx.Response) -> list[object]:
    fields = response.headers
    return [fields.get("ETag"), fields.get("Cache-Control"), vary(response)]


@pytest.fixture
def read(scene: Any, conditional_operation: Operation) -> Send:
    """Read one thing, as its author unless another client is named."""
    path = scene.path(conditional_operation)
    if conditional_operation.id == "list_posts":
        path = f"{path}?author={scene.author.username}"

    def ask(
        tag: str | None = None, *, method: str = "GET", client: Client | None = None
    ) -> httpx.Response:
        reader = client or scene.author
        response: httpx.Response = reader.request(
            method, path, headers={"If-None-Match": tag}
        )
        return response

    return ask


@pytest.mark.requirement("CACHE-01", "CACHE-02")
@pytest.mark.parametrize("signed_in", [True, False], ids=["user", "anonymous"])
def test_who_may_keep_an_answer(
    read: Send,
    conditional_operation: Operation,
    anonymous: Client,
    *,
    signed_in: bool,
) -> None:
    response = read(client=None if signed_in else anonymous)
    expect(response, 200)
    for_everybody = conditional_operation.id in FOR_EVERYBODY
    control = "no-cache" if for_everybody else "private, no-cache"
    assert response.headers.get_list("Cache-Control") == [control]
    assert ("authorization" in vary(response)) is not for_everybody


@pytest.mark.requirement("CACHE-03")
def test_the_tag_is_that_of_the_body(read: Send) -> None:
    response = read()
    assert response.headers.get_list("ETag") == [entity_tag(response.content)]


@pytest.mark.requirement("CACHE-03")
def test_the_tag_of_text_outside_ascii(member: Member, new_post: NewPost) -> None:
    slug = new_post(member, title=f"Größe 日本 😀 {names.word()}", body="é")["slug"]
    response = member.get_post(slug)
    assert response.headers["ETag"] == entity_tag(response.content)


@pytest.mark.requirement("CACHE-04")
@pytest.mark.parametrize("form", ["alone", "weak", "last of a list", "any"])
def test_what_is_current_is_not_sent_again(read: Send, form: str) -> None:
    whole = read()
    response = read(MATCHING[form](whole.headers["ETag"]))
    assert (response.status_code, response.content) == (304, b"")
    assert about_caching(response) == about_caching(whole)


@pytest.mark.requirement("CACHE-04")
@pytest.mark.parametrize("form", ["another", "with a suffix"])
def test_what_is_not_current_is_sent(read: Send, form: str) -> None:
    whole = read()
    response = read(NOT_MATCHING[form](whole.headers["ETag"]))
    assert (response.status_code, response.content) == (200, whole.content)


@pytest.mark.requirement("CACHE-04")
@pytest.mark.parametrize(
    ("write", "status"),
    [
        *[pytest.param(write, 304, id=form) for form, write in MATCHING.items()],
        *[pytest.param(write, 200, id=form) for form, write in NOT_MATCHING.items()],
    ],
)
def test_how_tags_are_read(scene: Any, write: Write, status: int) -> None:
    slug = scene.things["slug"]
    tag = scene.author.get_post(slug).headers["ETag"]
    response = scene.author.get_post(slug, headers={"If-None-Match": write(tag)})
    assert response.status_code == status


@pytest.mark.requirement("CACHE-04")
def test_a_date_is_no_condition(read: Send, scene: Any) -> None:
    later = {"If-Modified-Since": "Fri, 31 Dec 2100 23:59:59 GMT"}
    response = read(client=scene.author.with_headers(later))
    assert response.status_code == 200


@pytest.mark.requirement("CACHE-05")
def test_head_of_what_is_current(read: Send) -> None:
    whole = read()
    response = read(f"W/{whole.headers['ETag']}", method="HEAD")
    assert (response.status_code, response.content) == (304, b"")
    assert about_caching(response) == about_caching(whole)


@pytest.mark.requirement("CACHE-05")
def test_head_of_what_is_not_current(read: Send) -> None:
    whole, response = read(), read(OTHER, method="HEAD")
    assert (response.status_code, response.content) == (200, b"")
    assert about_caching(response) == about_caching(whole)


@pytest.mark.requirement("CACHE-06")
def test_nothing_else_is_kept(send: Send, unconditional_operation: Operation) -> None:
    response = send(unconditional_operation)
    assert response.headers.get_list("Cache-Control") == ["no-store"]
    assert "ETag" not in response.headers


@pytest.mark.requirement("CACHE-06")
@pytest.mark.parametrize("path", ["/api/v1/openapi.json", "/api/v1/nothing"])
def test_what_is_no_operation_is_not_kept(anonymous: Client, path: str) -> None:
    response = anonymous.request("GET", path)
    assert response.headers.get_list("Cache-Control") == ["no-store"]
    assert "ETag" not in response.headers


@pytest.mark.requirement("CACHE-06")
@pytest.mark.parametrize("tag", ["*", OTHER])
@pytest.mark.parametrize("path", ["/api/v1/me", "/api/v1/todos", "/api/v1/feed"])
def test_what_has_no_tag_is_always_sent(member: Member, path: str, tag: str) -> None:
    response = member.request("GET", path, headers={"If-None-Match": tag})
    assert response.status_code == 200
    assert response.content


@pytest.mark.requirement("CACHE-08")
@pytest.mark.parametrize("tag", ["*", OTHER])
def test_a_bad_token_is_refused_whatever_the_condition(
    read: Send, anonymous: Client, tag: str
) -> None:
    response = read(tag, client=anonymous.with_token("not.a.token"))
    assert response.status_code == 401


@pytest.mark.requirement("CACHE-08")
@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/posts/no-such-post", 404),
        ("/api/v1/posts/no-such-post/comments", 404),
        ("/api/v1/users/no_such_user_at_all_01234", 404),
        ("/api/v1/tags/no-such-tag-at-all-0123", 404),
        ("/api/v1/posts?limit=0", 422),
        ("/api/v1/me", 401),
    ],
)
def test_a_refusal_ignores_the_condition(
    anonymous: Client, path: str, status: int
) -> None:
    response = anonymous.request("GET", path, headers={"If-None-Match": "*"})
    assert response.status_code == status


@pytest.mark.requirement("CACHE-08")
def test_a_draft_stays_hidden_from_those_who_know_its_tag(
    member: Member, anonymous: Client, new_post: NewPost
) -> None:
    slug = new_post(member, status="draft")["slug"]
    tag = member.get_post(slug).headers["ETag"]
    for known in (tag, "*"):
        headers = {"If-None-Match": known}
        assert anonymous.get_post(slug, headers=headers).status_code == 404
