"""What everybody may see of an account."""

from typing import Any

import pytest

from quintet_conformance import names
from quintet_conformance.helpers import (
    expect,
    expect_problem,
    expect_unauthorized,
    items,
)
from quintet_conformance.operations import Client
from quintet_conformance.site import Member, Site

Json = Any

MEMBERS_OF_A_PROFILE = [
    "username",
    "bio",
    "created_at",
    "followers_count",
    "following_count",
    "is_following",
]


@pytest.fixture(scope="module")
def known(site: Site) -> Member:
    """Whose profile no test changes."""
    member = site.new_member()
    expect(member.update_account(bio="I *weave* <b>patterns</b>."), 200)
    return member


@pytest.mark.requirement("PROF-01", "PROF-02")
def test_a_profile_is_answered_whole(anonymous: Client, known: Member) -> None:
    assert expect(anonymous.get_profile(known.username), 200) == {
        "username": known.username,
        "bio": "I *weave* <b>patterns</b>.",
        "created_at": known.account["created_at"],
        "followers_count": 0,
        "following_count": 0,
        "is_following": False,
    }


@pytest.mark.requirement("PROF-01")
@pytest.mark.parametrize("change", [str.lower, str.upper, str.swapcase])
def test_a_profile_is_found_without_case(
    anonymous: Client, site: Site, change: Any
) -> None:
    member = site.new_member(username=f"Mixed_{names.word(9).title()}")
    profile = expect(anonymous.get_profile(change(member.username)), 200)
    assert profile["username"] == member.username


@pytest.mark.requirement("PROF-01", "POST-26")
def test_a_new_bio_shows_at_once(
    anonymous: Client, member: Member, new_post: Any
) -> None:
    slug = new_post(member)["slug"]
    expect(member.create_comment(slug, body="Well said."), 201)
    expect(member.update_account(bio="I weave."), 200)
    author = {"username": member.username, "bio": "I weave."}
    assert expect(anonymous.get_profile(member.username), 200)["bio"] == "I weave."
    assert expect(anonymous.get_post(slug), 200)["author"] == author
    comments = items(anonymous.list_comments, slug=slug)
    assert [comment["author"] for comment in comments] == [author]


@pytest.mark.requirement("PROF-02")
@pytest.mark.parametrize("reader", ["anonymous", "other_member", "known", "admin"])
def test_a_profile_and_an_author_hold_nothing_private(
    request: pytest.FixtureRequest, site: Site, known: Member, reader: str
) -> None:
    client: Client = request.getfixturevalue(reader)
    slug = site.new_post(known)["slug"]
    comment = expect(known.create_comment(slug, body="Well said."), 201)
    answers = [
        client.get_profile(known.username),
        client.get_post(slug),
        client.list_posts(author=known.username),
        client.get_comment(slug, comment["id"]),
        client.list_comments(slug),
    ]
    profile, post, _, seen, _ = [expect(answer, 200) for answer in answers]
    assert list(profile) == MEMBERS_OF_A_PROFILE
    assert list(post["author"]) == list(seen["author"]) == ["username", "bio"]
    assert not [answer for answer in answers if known.email in answer.text]


@pytest.mark.requirement("PROF-01", "HTTP-18")
@pytest.mark.parametrize("method", ["get_profile", "follow", "unfollow"])
@pytest.mark.parametrize(
    "change",
    [
        lambda name: name[:-1],
        lambda name: f"{name}x",
        lambda name: f"{name} ",
        lambda name: f"{name}\0",
        lambda name: name.replace("_", "-"),
        lambda name: f"{name[:-1]}%",
        lambda name: f"{name[:-1]}_",
        lambda name: "x" * 31,
        lambda name: "ab",
        lambda name: "' OR '1'='1",
    ],
    ids=[
        "shorter",
        "longer",
        "space",
        "NUL",
        "hyphen",
        "percent",
        "underscore",
        "31 letters",
        "2 letters",
        "SQL",
    ],
)
def test_a_name_is_found_as_a_whole_only(
    scene: Any, known: Member, method: str, change: Any
) -> None:
    response = getattr(scene.author, method)(change(known.username))
    expect_problem(response, 404, "not_found")


@pytest.mark.requirement("PROF-01", "PROF-02")
def test_a_profile_is_not_found_by_its_address(
    anonymous: Client, known: Member
) -> None:
    expect_problem(anonymous.get_profile(known.email), 404, "not_found")


@pytest.mark.requirement("TOKEN-03")
def test_a_bad_token_is_refused_for_a_profile(anonymous: Client, known: Member) -> None:
    response = anonymous.with_token("x.y.z").get_profile(known.username)
    expect_unauthorized(response, "invalid_token")


@pytest.mark.requirement("PROF-03")
def test_the_profile_of_an_inactive_account_is_not_found(
    scene: Any, anonymous: Client, site: Site, member: Member
) -> None:
    """Its posts and comments stay, and are found by its name."""
    slug = site.new_post(member)["slug"]
    comment = expect(member.create_comment(slug, body="Well said."), 201)
    expect(scene.admin.update_user(member.username, is_active=False), 200)
    for client in (anonymous, scene.author, scene.admin):
        expect_problem(client.get_profile(member.username), 404, "not_found")
        assert (
            expect(client.get_post(slug), 200)["author"]["username"] == member.username
        )
        assert items(client.list_comments, slug=slug) == [comment]
        found = items(client.list_posts, author=member.username)
        assert [post["slug"] for post in found] == [slug]


@pytest.mark.requirement("PROF-03")
def test_the_profile_is_back_with_the_account(
    scene: Any, anonymous: Client, member: Member
) -> None:
    before = expect(anonymous.get_profile(member.username), 200)
    for is_active in (False, True):
        expect(scene.admin.update_user(member.username, is_active=is_active), 200)
    assert expect(anonymous.get_profile(member.username), 200) == before
