"""No token, or a bad one: every operation of the blog, and no trace of it."""

from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from quintet_conformance import names
from quintet_conformance.helpers import expect, expect_unauthorized
from quintet_conformance.operations import Client
from quintet_conformance.site import Member, Site

Json = Any

OPEN = {
    "list_posts": "",
    "get_post": "slug",
    "list_comments": "slug",
    "get_comment": "slug comment_id",
    "list_tags": "",
    "get_tag": "tag",
}
FOR_USERS = {
    "list_feed": "",
    "list_drafts": "",
    "create_post": "",
    "update_post": "slug",
    "delete_post": "slug",
    "like_post": "slug",
    "unlike_post": "slug",
    "create_comment": "slug",
    "delete_comment": "slug comment_id",
}
PATHS = {**OPEN, **FOR_USERS}
BODIES: dict[str, Json] = {
    "create_post": {"title": "Other title", "body": "Other text."},
    "update_post": {"title": "Other title"},
    "create_comment": {"body": "Other text."},
}


@dataclass(frozen=True)
class Blog:
    """A published post with a tag, a comment and a like, that no test here changes."""

    author: Member
    slug: str
    comment_id: int
    tag: str

    def call(self, client: Client, operation: str) -> httpx.Response:
        parts = [getattr(self, name) for name in PATHS[operation].split()]
        call = getattr(client, operation)
        response: httpx.Response = call(*parts, **BODIES.get(operation, {}))
        return response

    def state(self) -> list[Json]:
        """Give all that a request let through by mistake could have changed."""
        post = expect(self.author.get_post(self.slug), 200)
        return [post, expect(self.author.list_drafts(), 200)]


@pytest.fixture(scope="module")
def blog(site: Site) -> Blog:
    author, tag = site.new_member(), names.tag()
    slug = site.new_post(author, tags=[tag])["slug"]
    comment = expect(author.create_comment(slug, body="A comment."), 201)
    expect(author.like_post(slug), 204)
    return Blog(author, slug, comment["id"], tag)


@pytest.fixture(scope="module")
def before(blog: Blog) -> list[Json]:
    """The state of the blog before any of the requests."""
    return blog.state()


@pytest.mark.requirement("TOKEN-01", "HTTP-24")
@pytest.mark.parametrize("operation", FOR_USERS)
def test_without_a_token_it_is_401(
    blog: Blog, before: list[Json], anonymous: Client, operation: str
) -> None:
    expect_unauthorized(blog.call(anonymous, operation))
    assert blog.state() == before


@pytest.mark.requirement("TOKEN-02", "TOKEN-03", "HTTP-24")
@pytest.mark.parametrize("operation", PATHS)
def test_with_a_bad_token_it_is_401(
    blog: Blog, before: list[Json], operation: str
) -> None:
    client = blog.author.with_token(f"{blog.author.access_token[:-6]}AAAAAA")
    expect_unauthorized(blog.call(client, operation), "invalid_token")
    assert blog.state() == before


@pytest.mark.requirement("POST-10", "TOKEN-01")
@pytest.mark.parametrize("operation", OPEN)
def test_reading_needs_no_token(blog: Blog, anonymous: Client, operation: str) -> None:
    expect(blog.call(anonymous, operation), 200)
