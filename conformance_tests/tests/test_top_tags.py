"""The list of tags: the hundred with the most published posts."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from quintet_conformance import names
from quintet_conformance.helpers import expect, items
from quintet_conformance.not_run import not_run
from quintet_conformance.operations import Client
from quintet_conformance.site import Member

Json = Any
NewPost = Callable[..., Json]

LISTED = 100
POSTS_AT_MOST = 150


def top_tags(reader: Client) -> list[Json]:
    found: list[Json] = expect(reader.list_tags(), 200)["items"]
    return found


def order(tag: Json) -> tuple[int, str]:
    return -tag["posts_count"], tag["name"]


@pytest.mark.requirement("TAG-01", "PAGE-08")
def test_the_top_tags_are_ordered_by_count_and_name(
    anonymous: Client, member: Member, new_post: NewPost
) -> None:
    new_post(member, tags=[names.tag(), names.tag()])
    tags = top_tags(anonymous)
    assert 2 <= len(tags) <= LISTED
    assert len({tag["name"] for tag in tags}) == len(tags)
    assert tags == sorted(tags, key=order)


@pytest.mark.requirement("TAG-01", "HTTP-14")
def test_the_list_of_tags_takes_no_parameters(
    member: Member, new_post: NewPost
) -> None:
    new_post(member, tags=[names.tag(), names.tag()])
    response = member.list_tags(limit=1, cursor="x", q="nothing", author="nobody")
    assert len(expect(response, 200)["items"]) >= 2


@pytest.fixture
def first_tags(member: Member, anonymous: Client) -> Iterator[list[str]]:
    """Three tags at a known place among the top, whoever else has posts here.

    The first two are in equally many posts, the third in one more. Their posts are
    deleted afterwards, so that the next run does not need more of them.
    """
    tags = top_tags(anonymous)
    least = tags[-1]["posts_count"] if len(tags) == LISTED else 0
    if least + 2 > POSTS_AT_MOST:
        not_run(f"needs a server whose hundredth tag has at most {POSTS_AT_MOST} posts")
    word = names.word()
    # A hyphen comes before digits: a locale's order would ignore it.
    made = [f"{word}-z", f"{word}1", f"{word}0"]
    slugs = []
    for number in range(least + 2):
        tagged = made if number else made[2:]
        response = member.create_post(
            title=names.title(), body="Text.", tags=tagged, status="published"
        )
        slugs.append(expect(response, 201)["slug"])
    yield made
    for slug in slugs:
        expect(member.delete_post(slug), 204)


@pytest.mark.serial
@pytest.mark.requirement("TAG-01", "PAGE-08")
def test_a_tag_takes_its_place_among_the_top(
    anonymous: Client, first_tags: list[str]
) -> None:
    tags = top_tags(anonymous)
    own = [tag for tag in tags if tag["name"] in first_tags]
    assert [tag["name"] for tag in own] == [first_tags[2], *first_tags[:2]]
    counts = [tag["posts_count"] for tag in own]
    assert counts[0] == counts[1] + 1 == counts[2] + 1
    assert tags == sorted(tags, key=order)
    assert own == [expect(anonymous.get_tag(tag["name"]), 200) for tag in own]


@pytest.mark.serial
@pytest.mark.requirement("TAG-01", "POST-13")
def test_tags_of_drafts_and_deleted_posts_are_not_among_the_top(
    member: Member, anonymous: Client, first_tags: list[str]
) -> None:
    def own() -> list[str]:
        return [tag["name"] for tag in top_tags(anonymous) if tag["name"] in first_tags]

    posts = items(anonymous.list_posts, author=member.username)
    for post in posts:
        expect(member.update_post(post["slug"], status="draft"), 200)
    assert own() == []
    for post in posts:
        expect(member.update_post(post["slug"], status="published"), 200)
    assert len(own()) == len(first_tags)


@pytest.mark.serial
@pytest.mark.requirement("TAG-01")
def test_the_list_ends_with_the_hundredth_tag(
    member: Member, anonymous: Client
) -> None:
    made = [names.tag() for _ in range(LISTED + 1)]
    slugs = []
    for start in range(0, len(made), 10):
        response = member.create_post(
            title=names.title(),
            body="Text.",
            tags=made[start : start + 10],
            status="published",
        )
        slugs.append(expect(response, 201)["slug"])
    assert len(top_tags(anonymous)) == LISTED
    for slug in slugs:
        expect(member.delete_post(slug), 204)
