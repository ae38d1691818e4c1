"""Reading a post, and that a draft does not exist for those who may not see it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from quintet_conformance import names
from quintet_conformance.administrator import Administrator
from quintet_conformance.helpers import expect, expect_problem, items
from quintet_conformance.operations import Client
from quintet_conformance.site import Member, Site

Json = Any
NewPost = Callable[..., Json]

READS = ["get_post", "list_comments", "get_comment"]
UNDER_A_POST = {
    "get_post": {},
    "update_post": {"title": "Changed"},
    "delete_post": {},
    "like_post": {},
    "unlike_post": {},
    "list_comments": {},
    "get_comment": {},
    "create_comment": {"body": "Seen!"},
    "delete_comment": {},
}


@dataclass(frozen=True)
class Draft:
    """A post that was published, commented and liked, and then taken back."""

    author: Member
    visitor: Member
    slug: str
    comment_id: int

    def call(self, client: Client, operation: str, **options: Json) -> httpx.Response:
        return self.call_at(self.slug, client, operation, **options)

    def call_at(
        self, slug: str, client: Client, operation: str, **options: Json
    ) -> httpx.Response:
        parts = [slug]
        if operation in {"get_comment", "delete_comment"}:
            parts.append(str(self.comment_id))
        response: httpx.Response = getattr(client, operation)(*parts, **options)
        return response


@pytest.fixture(scope="module")
def author(site: Site) -> Member:
    return site.new_member()


@pytest.fixture(scope="module")
def reader(site: Site) -> Member:
    return site.new_member()


@pytest.fixture(scope="module")
def draft(site: Site) -> Draft:
    """A draft that its visitor knew while it was published."""
    author, visitor = site.new_member(), site.new_member()
    slug = site.new_post(author)["slug"]
    comment = expect(visitor.create_comment(slug, body="First!"), 201)
    expect(visitor.like_post(slug), 204)
    expect(author.update_post(slug, status="draft"), 200)
    return Draft(author, visitor, slug, comment["id"])


@pytest.mark.requirement("POST-10")
def test_everybody_reads_a_published_post(
    author: Member, reader: Member, anonymous: Client, new_post: NewPost
) -> None:
    post = new_post(author, tags=["a"])
    for caller in (author, reader, anonymous):
        assert expect(caller.get_post(post["slug"]), 200) == post


@pytest.mark.requirement("POST-11", "HTTP-24")
@pytest.mark.parametrize("operation", UNDER_A_POST)
def test_for_others_a_draft_is_like_no_post(draft: Draft, operation: str) -> None:
    before = expect(draft.author.get_post(draft.slug), 200)
    body = UNDER_A_POST[operation]
    response = draft.call(draft.visitor, operation, **body)
    expect_problem(response, 404, "not_found")
    unknown = names.word()
    absent = draft.call_at(unknown, draft.visitor, operation, **body)
    assert absent.status_code == 404
    assert response.text.replace(draft.slug, unknown) == absent.text
    assert expect(draft.author.get_post(draft.slug), 200) == before


@pytest.mark.requirement("POST-11")
@pytest.mark.parametrize("operation", READS)
def test_without_a_token_a_draft_is_like_no_post(
    draft: Draft, anonymous: Client, operation: str
) -> None:
    response = draft.call(anonymous, operation)
    expect_problem(response, 404, "not_found")
    unknown = names.word()
    absent = draft.call_at(unknown, anonymous, operation)
    assert response.text.replace(draft.slug, unknown) == absent.text


@pytest.mark.requirement("POST-11")
@pytest.mark.parametrize(
    ("operation", "body"),
    [
        pytest.param("update_post", {"version": 99}, id="stale version"),
        pytest.param("update_post", {"title": 5}, id="bad title"),
        pytest.param("update_post", {}, id="no change"),
        pytest.param("create_comment", {}, id="no comment"),
        pytest.param("create_comment", {"body": " "}, id="blank comment"),
    ],
)
def test_no_fault_of_a_request_tells_that_there_is_a_draft(
    draft: Draft, operation: str, body: Json
) -> None:
    response = draft.call(draft.visitor, operation, json=body)
    assert response.status_code in {404, 422}
    unknown = names.word()
    absent = draft.call_at(unknown, draft.visitor, operation, json=body)
    assert response.status_code == absent.status_code
    assert response.text.replace(draft.slug, unknown) == absent.text


@pytest.mark.requirement("POST-11")
@pytest.mark.parametrize("role", ["editor", "admin"])
def test_editors_and_admins_read_a_draft(
    draft: Draft, new_privileged_member: Callable[[str], Member], role: str
) -> None:
    reader = new_privileged_member(role)
    seen = expect(reader.get_post(draft.slug), 200)
    assert seen == expect(draft.author.get_post(draft.slug), 200)
    assert seen["status"] == "draft"
    comments = expect(reader.list_comments(draft.slug), 200)["items"]
    assert [comment["id"] for comment in comments] == [draft.comment_id]
    assert expect(reader.get_comment(draft.slug, draft.comment_id), 200) == comments[0]


@pytest.mark.requirement("POST-11")
def test_the_right_to_read_drafts_ends_with_the_role(
    draft: Draft, member: Member, administrator: Administrator
) -> None:
    administrator.set_role(member.username, "editor")
    expect(member.get_post(draft.slug), 200)
    administrator.set_role(member.username, "member")
    expect_problem(member.get_post(draft.slug), 404, "not_found")


@pytest.mark.requirement("HTTP-18")
def test_a_slug_is_compared_exactly(
    author: Member, anonymous: Client, new_post: NewPost
) -> None:
    slug = new_post(author)["slug"]
    for other in (slug.upper(), slug[:-1], f"{slug}-2", f" {slug}", f"{slug}%"):
        expect_problem(anonymous.get_post(other), 404, "not_found")


@pytest.mark.requirement("POST-26")
def test_the_author_is_shown_as_they_are_now(
    site: Site, anonymous: Client, new_post: NewPost
) -> None:
    name = names.username().upper()
    author = site.new_member(username=name)
    slug = new_post(author)["slug"]
    comment = expect(author.create_comment(slug, body="Mine."), 201)
    assert comment["author"] == {"username": name, "bio": ""}
    expect(author.update_account(bio="Writes\nat night."), 200)
    shown = [
        expect(anonymous.get_post(slug), 200),
        *items(anonymous.list_posts, author=name.lower()),
        *expect(anonymous.list_comments(slug), 200)["items"],
        expect(anonymous.get_comment(slug, comment["id"]), 200),
    ]
    expected = {"username": name, "bio": "Writes\nat night."}
    assert [each["author"] for each in shown] == [expected] * 4


@pytest.mark.requirement("POST-10", "POST-16")
def test_reading_changes_nothing(
    author: Member, anonymous: Client, new_post: NewPost
) -> None:
    post = new_post(author)
    answers = {anonymous.get_post(post["slug"]).content for _ in range(3)}
    assert len(answers) == 1
    assert expect(author.get_post(post["slug"]), 200) == post
