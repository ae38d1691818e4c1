"""Changing a post: exactly what changes, and what is refused."""

from typing import Any

import pytest

from quintet_conformance.helpers import expect, expect_errors
from quintet_conformance.operations import Client
from quintet_conformance.site import Member, Site

Json = Any

MERGE_PATCH = {"Content-Type": "application/merge-patch+json"}
UNKNOWN = (
    "id",
    "slug",
    "author",
    "excerpt",
    "likes_count",
    "is_liked",
    "comments_count",
    "created_at",
    "updated_at",
    "published_at",
    "body_html",
    "Version",
)
CHANGES = [
    pytest.param({"title": "  Another title "}, {"title": "Another title"}, id="title"),
    pytest.param({"tags": ["C", "a"]}, {"tags": ["a", "c"]}, id="tags"),
    pytest.param({"tags": []}, {"tags": []}, id="no tags"),
    pytest.param({"status": "draft"}, {"status": "draft"}, id="status"),
    pytest.param(
        {"title": "Other", "tags": ["z"]}, {"title": "Other", "tags": ["z"]}, id="two"
    ),
]
NO_CHANGES = [
    pytest.param({}, id="nothing"),
    pytest.param({"version": 1}, id="version alone"),
    pytest.param({"title": "A title"}, id="title"),
    pytest.param({"title": "\u3000A title \n"}, id="title to be trimmed"),
    pytest.param({"body": "One\n*two*\n"}, id="body"),
    pytest.param({"body": "One\r\n*two*\r\n"}, id="body with other line ends"),
    pytest.param({"tags": ["a", "b"]}, id="tags"),
    pytest.param({"tags": ["B", "a", " b "]}, id="tags to be normalised"),
    pytest.param({"status": "published"}, id="status"),
    pytest.param(
        {
            "title": "A title",
            "body": "One\n*two*\n",
            "tags": ["a", "b"],
            "status": "published",
            "version": 1,
        },
        id="everything",
    ),
]


@pytest.fixture(scope="module")
def author(site: Site) -> Member:
    return site.new_member()


@pytest.fixture
def post(site: Site, author: Member) -> Json:
    """A published post that the test may change."""
    fields = {"title": "A title", "body": "One\n*two*\n", "tags": ["a", "b"]}
    return site.new_post(author, **fields)


@pytest.mark.requirement("POST-15", "POST-16")
@pytest.mark.parametrize(("changes", "expected"), CHANGES)
def test_what_is_given_changes_and_nothing_else(
    author: Member, post: Json, changes: Json, expected: Json
) -> None:
    changed = expect(author.update_post(post["slug"], **changes), 200)
    assert changed["updated_at"] > post["updated_at"]
    assert changed == {
        **post,
        **expected,
        "version": 2,
        "updated_at": changed["updated_at"],
    }
    assert expect(author.get_post(post["slug"]), 200) == changed


@pytest.mark.requirement("POST-15", "POST-05", "POST-07", "POST-16")
def test_a_new_body_is_rendered_anew(author: Member, post: Json) -> None:
    body = "# New\n\nA **new** text."
    changed = expect(author.update_post(post["slug"], body=body), 200)
    assert changed == {
        **post,
        "body": body,
        "body_html": changed["body_html"],
        "excerpt": "New A new text.",
        "version": 2,
        "updated_at": changed["updated_at"],
    }
    assert "<h2>New</h2>" in changed["body_html"]
    assert "<strong>new</strong>" in changed["body_html"]
    assert "two" not in changed["body_html"]
    assert expect(author.get_post(post["slug"]), 200) == changed


@pytest.mark.requirement("POST-16")
@pytest.mark.parametrize("changes", NO_CHANGES)
def test_a_change_of_nothing_is_no_change(
    author: Member, post: Json, changes: Json
) -> None:
    assert expect(author.update_post(post["slug"], json=changes), 200) == post
    assert expect(author.get_post(post["slug"]), 200) == post


@pytest.mark.requirement("POST-16")
def test_each_change_counts_once(author: Member, post: Json) -> None:
    steps: list[Json] = [
        {"title": "New", "body": "New", "tags": ["new"], "status": "draft"},
        {"title": "A title"},
        {"title": "A title", "tags": ["new", "more"]},
        {"title": "A title"},
        {"title": "a title"},
        {"body": "New "},
        {"status": "published"},
    ]
    answers = [author.update_post(post["slug"], json=changes) for changes in steps]
    versions = [expect(answer, 200)["version"] for answer in answers]
    assert versions == [2, 3, 4, 4, 5, 6, 7]


@pytest.mark.requirement("POST-16", "LIKE-01", "COMM-01")
def test_likes_and_comments_are_no_change_of_the_post(
    author: Member, other_member: Member, post: Json
) -> None:
    slug = post["slug"]
    expect(other_member.like_post(slug), 204)
    comment = expect(other_member.create_comment(slug, body="Well said."), 201)
    seen = expect(author.get_post(slug), 200)
    assert seen == {**post, "likes_count": 1, "comments_count": 1}
    expect(other_member.unlike_post(slug), 204)
    expect(other_member.delete_comment(slug, comment["id"]), 204)
    assert expect(author.get_post(slug), 200) == post


@pytest.mark.requirement("POST-15", "HTTP-03")
def test_a_merge_patch_is_taken(author: Member, post: Json) -> None:
    changed = expect(
        author.update_post(post["slug"], title="Merged", headers=MERGE_PATCH), 200
    )
    assert (changed["title"], changed["body"]) == ("Merged", post["body"])


@pytest.mark.requirement("TEXT-09", "HTTP-24")
@pytest.mark.parametrize("field", ["title", "body", "tags", "status", "version"])
def test_null_removes_nothing(author: Member, post: Json, field: str) -> None:
    response = author.update_post(post["slug"], json={field: None}, headers=MERGE_PATCH)
    expect_errors(response, {field: "type"})
    assert expect(author.get_post(post["slug"]), 200) == post


@pytest.mark.requirement("POST-24", "TEXT-10", "HTTP-24")
@pytest.mark.parametrize("name", UNKNOWN)
def test_an_unknown_member_is_refused(author: Member, post: Json, name: str) -> None:
    response = author.update_post(post["slug"], json={"title": "Changed", name: 1})
    expect_errors(response, {name: "unknown"})
    assert expect(author.get_post(post["slug"]), 200) == post


@pytest.mark.requirement("PROB-05", "HTTP-24")
def test_all_faults_come_in_one_answer(author: Member, post: Json) -> None:
    changes = {
        "title": "",
        "body": 5,
        "tags": "a",
        "status": "x",
        "version": 0,
        "id": 1,
    }
    expect_errors(
        author.update_post(post["slug"], json=changes),
        {
            "title": "blank",
            "body": "type",
            "tags": "type",
            "status": "choice",
            "version": "too_small",
            "id": "unknown",
        },
    )
    assert expect(author.get_post(post["slug"]), 200) == post


@pytest.mark.requirement("POST-14", "POST-15")
def test_only_the_addressed_post_changes(
    author: Member, site: Site, anonymous: Client
) -> None:
    first, second = (site.new_post(author, tags=["a"]) for _ in range(2))
    expect(author.update_post(first["slug"], title="Changed", tags=["b"]), 200)
    assert expect(anonymous.get_post(second["slug"]), 200) == second
