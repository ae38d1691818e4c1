"""Following users, and how it is counted."""

from collections.abc import Iterator
from typing import Any

import pytest

from quintet_conformance.helpers import (
    expect,
    expect_errors,
    expect_problem,
    expect_unauthorized,
    items,
)
from quintet_conformance.operations import Client
from quintet_conformance.site import Member, Site, together

Json = Any


@pytest.fixture(scope="module")
def crowd(site: Site) -> list[Member]:
    """Users who may follow anybody but one another."""
    return [site.new_member() for _ in range(5)]


@pytest.fixture(scope="module")
def pair(site: Site) -> tuple[Member, Member]:
    """Two users who follow nobody between the tests."""
    return site.new_member(), site.new_member()


@pytest.fixture
def member(pair: tuple[Member, Member], crowd: list[Member]) -> Iterator[Member]:
    """A user without followers, who follows nobody."""
    yield pair[0]
    part(pair[0], [pair[1], *crowd])


@pytest.fixture
def other_member(pair: tuple[Member, Member], crowd: list[Member]) -> Iterator[Member]:
    """Another one."""
    yield pair[1]
    part(pair[1], [pair[0], *crowd])


def part(member: Member, others: list[Member]) -> None:
    """Have them follow each other no longer."""
    followers, following, _ = seen_by(member, member)
    for other in others if followers or following else []:
        expect(member.unfollow(other.username), 204)
        expect(other.unfollow(member.username), 204)


@pytest.fixture
def gone(site: Site, scene: Any, state: str) -> Member:
    """Somebody who is no longer there, in the way that a test names."""
    member = site.new_member()
    if state == "deleted":
        expect(member.delete_account(current_password=member.password), 204)
    else:
        expect(scene.admin.update_user(member.username, is_active=False), 200)
    return member


def seen_by(client: Client, member: Member) -> tuple[int, int, bool]:
    """Give how many follow, how many are followed, and whether the client follows."""
    profile = expect(client.get_profile(member.username), 200)
    counts = profile["followers_count"], profile["following_count"]
    return *counts, profile["is_following"]


@pytest.mark.requirement("PROF-04", "PROF-08")
def test_following_is_counted_on_both_sides(
    member: Member, other_member: Member
) -> None:
    expect(member.follow(other_member.username), 204)
    assert seen_by(member, other_member) == (1, 0, True)
    assert seen_by(other_member, member) == (0, 1, False)
    expect(member.unfollow(other_member.username), 204)
    assert seen_by(member, other_member) == (0, 0, False)
    assert seen_by(other_member, member) == (0, 0, False)


@pytest.mark.requirement("PROF-04")
def test_following_again_counts_once(member: Member, other_member: Member) -> None:
    for _ in range(3):
        expect(member.follow(other_member.username), 204)
        assert seen_by(member, other_member) == (1, 0, True)
    for _ in range(3):
        expect(member.unfollow(other_member.username), 204)
        assert seen_by(member, other_member) == (0, 0, False)


@pytest.mark.requirement("PROF-04", "PROF-01")
def test_a_user_is_followed_without_case(member: Member, other_member: Member) -> None:
    expect(member.follow(other_member.username.upper()), 204)
    expect(member.follow(other_member.username), 204)
    assert seen_by(member, other_member) == (1, 0, True)
    expect(member.unfollow(other_member.username.title()), 204)
    assert seen_by(member, other_member) == (0, 0, False)


@pytest.mark.requirement("PROF-04")
def test_following_goes_one_way(member: Member, other_member: Member) -> None:
    expect(member.follow(other_member.username), 204)
    expect(other_member.follow(member.username), 204)
    assert seen_by(member, other_member) == (1, 1, True)
    expect(member.unfollow(other_member.username), 204)
    assert seen_by(member, other_member) == (0, 1, False)
    assert seen_by(other_member, member) == (1, 0, True)


@pytest.mark.requirement("PROF-04", "POST-22")
def test_unfollowing_one_leaves_the_others(
    member: Member, crowd: list[Member], site: Site
) -> None:
    first, second = crowd[:2]
    posts = [site.new_post(author)["slug"] for author in (first, second)]
    for author in (first, second):
        expect(member.follow(author.username), 204)
    assert [post["slug"] for post in items(member.list_feed)] == posts[::-1]
    expect(member.unfollow(first.username), 204)
    assert [post["slug"] for post in items(member.list_feed)] == posts[1:]
    assert seen_by(member, second)[2] is True


@pytest.mark.requirement("PROF-05", "HTTP-24")
@pytest.mark.parametrize("change", [str, str.upper, str.title])
def test_nobody_follows_oneself(member: Member, change: Any) -> None:
    expect_errors(member.follow(change(member.username)), {"username": "self"})
    assert seen_by(member, member) == (0, 0, False)
    expect(member.unfollow(change(member.username)), 204)
    assert seen_by(member, member) == (0, 0, False)


@pytest.mark.requirement("PROF-06")
@pytest.mark.parametrize("operation", ["follow", "unfollow"])
@pytest.mark.parametrize("state", ["deleted", "inactive"])
def test_who_is_gone_is_not_found(
    scene: Any, gone: Member, state: str, operation: str
) -> None:
    response = getattr(scene.author, operation)(gone.username)
    expect_problem(response, 404, "not_found")


@pytest.mark.requirement("PROF-06", "PROF-03")
def test_a_follow_is_back_with_the_account(
    scene: Any, member: Member, new_member: Any
) -> None:
    other = new_member()
    expect(member.follow(other.username), 204)
    expect(scene.admin.update_user(other.username, is_active=False), 200)
    expect_problem(member.unfollow(other.username), 404, "not_found")
    expect(scene.admin.update_user(other.username, is_active=True), 200)
    assert seen_by(member, other) == (1, 0, True)
    expect(member.unfollow(other.username), 204)


@pytest.mark.requirement("PROF-04", "TOKEN-01", "HTTP-24")
@pytest.mark.parametrize("operation", ["follow", "unfollow"])
def test_nobody_follows_without_a_token(
    anonymous: Client, crowd: list[Member], operation: str
) -> None:
    call = getattr(anonymous, operation)
    expect_unauthorized(call(crowd[4].username))
    bad = getattr(anonymous.with_token("x.y.z"), operation)
    expect_unauthorized(bad(crowd[4].username), "invalid_token")
    assert seen_by(anonymous, crowd[4])[0] == 0


@pytest.mark.requirement("PROF-08")
def test_is_following_is_the_callers_own(
    member: Member, other_member: Member, crowd: list[Member]
) -> None:
    expect(member.follow(other_member.username), 204)
    for client in (member.without_token(), other_member, crowd[0]):
        assert seen_by(client, other_member) == (1, 0, False)
    assert seen_by(member, other_member) == (1, 0, True)
    assert seen_by(member, crowd[4])[2] is False


@pytest.mark.requirement("PROF-07", "PROF-04")
def test_parallel_follows_of_one_caller_count_once(
    member: Member, other_member: Member
) -> None:
    answers = together(25, lambda _: member.follow(other_member.username))
    assert [answer.status_code for answer in answers] == [204] * 25
    assert seen_by(member, other_member) == (1, 0, True)
    assert seen_by(other_member, member) == (0, 1, False)


@pytest.mark.requirement("PROF-07", "PROF-04")
def test_parallel_follows_of_many_are_all_counted(
    crowd: list[Member], other_member: Member
) -> None:
    name = other_member.username
    answers = together(25, lambda number: crowd[number % 5].follow(name))
    assert [answer.status_code for answer in answers] == [204] * 25
    assert seen_by(crowd[0], other_member) == (5, 0, True)


@pytest.mark.requirement("PROF-07", "PROF-04")
def test_parallel_follows_and_unfollows_agree_in_the_end(
    member: Member, other_member: Member
) -> None:
    calls = (member.follow, member.unfollow)
    answers = together(25, lambda number: calls[number % 2](other_member.username))
    assert [answer.status_code for answer in answers] == [204] * 25
    followers, _, is_following = seen_by(member, other_member)
    assert followers == seen_by(other_member, member)[1] == int(is_following)
