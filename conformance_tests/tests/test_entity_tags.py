"""The tag of a thing changes when what its reader sees changes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from quintet_conformance import names
from quintet_conformance.helpers import expect
from quintet_conformance.site import Member

Json = Any


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
def stage(scene: Any) -> Stage:
    """A new post, and two users who do not follow each other."""
    author, reader, tag = scene.author, scene.other, names.tag()
    expect(author.unfollow(reader.username), 204)
    expect(reader.unfollow(author.username), 204)
    slug = scene.site.new_post(author, tags=[tag])["slug"]
    return Stage(author, reader, slug, tag)


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
