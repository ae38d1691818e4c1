"""Entity tags, what caches may keep, and answers of 304."""

from collections.abc import Callable
from dataclasses import dataclass
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
@pytest.mark.parametrize("write", MATCHING.values(), ids=MATCHING)
def test_what_is_current_is_not_sent_again(read: Send, write: Write) -> None:
    whole = read()
    response = read(write(whole.headers["ETag"]))
    assert (response.status_code, response.content) == (304, b"")
    assert about_caching(response) == about_caching(whole)


@pytest.mark.requirement("CACHE-04")
@pytest.mark.parametrize("write", NOT_MATCHING.values(), ids=NOT_MATCHING)
def test_what_is_not_current_is_sent(read: Send, write: Write) -> None:
    whole = read()
    response = read(write(whole.headers["ETag"]))
    assert (response.status_code, response.content) == (200, whole.content)


@pytest.mark.requirement("CACHE-04")
def test_a_date_is_no_condition(read: Send, scene: Any) -> None:
    later = {"If-Modified-Since": "Fri, 31 Dec 2100 23:59:59 GMT"}
    response = read(client=scene.author.with_headers(later))
    assert response.status_code == 200


@pytest.mark.requirement("CACHE-05")
@pytest.mark.parametrize("write", MATCHING.values(), ids=MATCHING)
def test_head_of_what_is_current(read: Send, write: Write) -> None:
    whole = read()
    response = read(write(whole.headers["ETag"]), method="HEAD")
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


@dataclass(frozen=True)
class Stage:
    """What is read while it changes."""

    author: Member
    reader: Member
    slug: str
    tag: str

    def comment(self, body: str = "Well said.") -> Json:
        return expect(self.reader.create_comment(self.slug, body=body), 201)

    def read(self, what: str, tag: str | None = None) -> httpx.Response:
        headers = {"If-None-Match": tag}
        match what:
            case "get_post":
                return self.reader.get_post(self.slug, headers=headers)
            case "list_posts":
                return self.reader.list_posts(tag=self.tag, headers=headers)
            case "list_comments":
                return self.reader.list_comments(self.slug, headers=headers)
            case "get_profile":
                return self.reader.get_profile(self.author.username, headers=headers)
        return self.reader.get_tag(self.tag, headers=headers)


@pytest.fixture
def stage(member: Member, other_member: Member, new_post: NewPost) -> Stage:
    tag = names.tag()
    return Stage(member, other_member, new_post(member, tags=[tag])["slug"], tag)


Change = Callable[[Stage], object]
OF_A_POST: dict[str, Change] = {
    "the reader's like": lambda on: on.reader.like_post(on.slug),
    "another's like": lambda on: on.author.like_post(on.slug),
    "a comment": lambda on: on.comment(),
    "a title": lambda on: on.author.update_post(on.slug, title=names.title()),
    "the author's bio": lambda on: on.author.update_account(bio=names.title()),
}
OF_A_PROFILE: dict[str, Change] = {
    "the reader follows": lambda on: on.reader.follow(on.author.username),
    "follows the reader": lambda on: on.author.follow(on.reader.username),
    "a bio": lambda on: on.author.update_account(bio=names.title()),
}
CHANGES: dict[str, dict[str, Change]] = {
    "get_post": OF_A_POST,
    "list_posts": OF_A_POST,
    "list_comments": {
        "a comment": lambda on: on.comment(),
        "a commenter's bio": lambda on: on.reader.update_account(bio=names.title()),
    },
    "get_profile": OF_A_PROFILE,
    "get_tag": {
        "another post": lambda on: on.author.create_post(
            title=names.title(), body="More.", tags=[on.tag], status="published"
        ),
    },
}


@pytest.mark.requirement("CACHE-07")
@pytest.mark.parametrize(
    ("what", "change"),
    [
        pytest.param(what, change, id=f"{what} after {name}")
        for what, changes in CHANGES.items()
        for name, change in changes.items()
    ],
)
def test_a_change_changes_the_tag(stage: Stage, what: str, change: Change) -> None:
    stage.comment("The first one.")
    before = stage.read(what).headers["ETag"]
    assert stage.read(what, before).status_code == 304
    change(stage)
    after = stage.read(what, before)
    assert after.status_code == 200
    assert after.headers["ETag"] != before


@pytest.mark.requirement("CACHE-07")
@pytest.mark.parametrize("what", ["get_post", "list_posts"])
def test_a_like_taken_back_brings_the_old_tag_back(stage: Stage, what: str) -> None:
    before = stage.read(what).headers["ETag"]
    stage.reader.like_post(stage.slug)
    assert stage.read(what, before).status_code == 200
    stage.reader.unlike_post(stage.slug)
    assert stage.read(what, before).status_code == 304


@pytest.mark.requirement("CACHE-07")
@pytest.mark.parametrize("what", ["get_post", "list_posts"])
def test_who_likes_a_post_and_who_does_not_get_different_tags(
    stage: Stage, what: str
) -> None:
    stage.reader.like_post(stage.slug)
    tag = stage.read(what).headers["ETag"]
    by_author = Stage(stage.author, stage.author, stage.slug, stage.tag)
    response = by_author.read(what, tag)
    assert response.status_code == 200
    assert response.headers["ETag"] != tag


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
