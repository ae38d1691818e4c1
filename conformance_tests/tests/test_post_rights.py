"""Who may change a post."""

from collections.abc import Callable
from typing import Any

import pytest

from quintet_conformance import names
from quintet_conformance.helpers import expect, expect_problem
from quintet_conformance.operations import Client
from quintet_conformance.site import Member, Site

Json = Any
NewPrivilegedMember = Callable[[str], Member]


@pytest.fixture(scope="module")
def author(site: Site) -> Member:
    return site.new_member()


@pytest.fixture(scope="module")
def stranger(bystanders: Callable[[int], list[Member]]) -> Member:
    return bystanders(1)[0]


@pytest.fixture
def post(site: Site, author: Member) -> Json:
    """A published post that nobody here may change."""
    return site.new_post(author, tags=["a", "b"])


@pytest.mark.requirement("POST-14", "POST-15")
@pytest.mark.parametrize("status", ["published", "draft"])
@pytest.mark.parametrize("role", ["editor", "admin"])
def test_editors_and_admins_change_any_post(
    author: Member, new_privileged_member: NewPrivilegedMember, role: str, status: str
) -> None:
    post = expect(
        author.create_post(title=names.title(), body="Text.", status=status), 201
    )
    changer = new_privileged_member(role)
    changed = expect(changer.update_post(post["slug"], title="Edited"), 200)
    assert changed == {
        **post,
        "title": "Edited",
        "version": 2,
        "updated_at": changed["updated_at"],
    }
    assert expect(author.get_post(post["slug"]), 200) == changed


@pytest.mark.requirement("POST-14", "HTTP-24")
@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"title": "Mine now"}, id="title"),
        pytest.param({"status": "draft"}, id="status"),
        pytest.param({"tags": []}, id="tags"),
        pytest.param({"version": 1}, id="version"),
        pytest.param({}, id="nothing"),
    ],
)
def test_others_may_not_change_a_post(
    author: Member, stranger: Member, post: Json, changes: Json
) -> None:
    response = stranger.update_post(post["slug"], json=changes)
    expect_problem(response, 403, "forbidden")
    assert expect(author.get_post(post["slug"]), 200) == post


@pytest.mark.requirement("POST-14", "HTTP-24")
def test_followers_commenters_and_likers_are_others(
    author: Member, stranger: Member, post: Json
) -> None:
    slug = post["slug"]
    expect(stranger.follow(author.username), 204)
    expect(stranger.like_post(slug), 204)
    expect(stranger.create_comment(slug, body="Nice."), 201)
    expect_problem(stranger.update_post(slug, title="Mine now"), 403, "forbidden")
    expect_problem(stranger.delete_post(slug), 403, "forbidden")
    assert expect(author.get_post(slug), 200)["title"] == post["title"]


@pytest.mark.requirement("POST-14")
def test_a_post_that_is_not_there_is_404(stranger: Member, anonymous: Client) -> None:
    slug = names.word()
    expect_problem(stranger.update_post(slug, title="Changed"), 404, "not_found")
    expect_problem(anonymous.get_post(slug), 404, "not_found")
