"""Tags of published posts: one by one, and how many posts have them."""

from collections.abc import Callable
from typing import Any

import pytest

from quintet_conformance import names
from quintet_conformance.helpers import expect, expect_problem, items
from quintet_conformance.operations import Client
from quintet_conformance.site import Member, Site

Json = Any
NewPost = Callable[..., Json]
Together = Callable[..., list[Any]]


@pytest.fixture(scope="module")
def author(site: Site) -> Member:
    return site.new_member()


@pytest.fixture(scope="module")
def other_author(site: Site) -> Member:
    return site.new_member()


@pytest.mark.requirement("TAG-02")
def test_a_tag_is_found_without_case(
    author: Member, anonymous: Client, new_post: NewPost
) -> None:
    name = names.tag()
    for sent in (name, name.upper()):
        new_post(author, tags=[sent])
    for asked in (name, name.upper(), name.title()):
        assert expect(anonymous.get_tag(asked), 200) == {"name": name, "posts_count": 2}


@pytest.mark.requirement("TAG-02", "POST-13")
@pytest.mark.parametrize("reader", ["author", "anonymous", "editor"])
def test_only_published_posts_are_counted(
    author: Member, request: pytest.FixtureRequest, new_post: NewPost, reader: str
) -> None:
    name, drafts_alone = names.tag(), names.tag()
    new_post(author, tags=[name])
    new_post(author, tags=[name, drafts_alone], status="draft")
    client = author if reader == "author" else request.getfixturevalue(reader)
    assert expect(client.get_tag(name), 200) == {"name": name, "posts_count": 1}
    expect_problem(client.get_tag(drafts_alone), 404, "not_found")


@pytest.mark.requirement("TAG-02")
def test_a_tag_repeated_in_a_post_counts_once(
    author: Member, anonymous: Client, new_post: NewPost
) -> None:
    name = names.tag()
    new_post(author, tags=[name, name.upper(), f" {name} "])
    assert expect(anonymous.get_tag(name), 200)["posts_count"] == 1


@pytest.mark.requirement("TAG-02", "POST-15")
def test_the_count_follows_the_tags_of_posts(
    author: Member, other_author: Member, anonymous: Client, new_post: NewPost
) -> None:
    name, other = names.tag(), names.tag()
    first, second = (
        new_post(user, tags=[name])["slug"] for user in (author, other_author)
    )

    def counts() -> list[int]:
        answers = [anonymous.get_tag(each) for each in (name, other)]
        return [
            expect(answer, 200)["posts_count"] if answer.status_code == 200 else 0
            for answer in answers
        ]

    assert counts() == [2, 0]
    expect(author.update_post(first, tags=[name, other]), 200)
    assert counts() == [2, 1]
    expect(author.update_post(first, tags=[other]), 200)
    assert counts() == [1, 1]
    expect(other_author.delete_post(second), 204)
    assert counts() == [0, 1]
    expect_problem(anonymous.get_tag(name), 404, "not_found")
    expect(author.update_post(first, tags=[]), 200)
    assert counts() == [0, 0]


@pytest.mark.requirement("TAG-02", "POST-20")
def test_a_tag_that_was_gone_begins_anew(
    author: Member, anonymous: Client, new_post: NewPost
) -> None:
    name = names.tag()
    expect(author.delete_post(new_post(author, tags=[name])["slug"]), 204)
    expect_problem(anonymous.get_tag(name), 404, "not_found")
    slug = new_post(author, tags=[name])["slug"]
    assert expect(anonymous.get_tag(name), 200)["posts_count"] == 1
    assert [post["slug"] for post in items(anonymous.list_posts, tag=name)] == [slug]


@pytest.mark.requirement("TAG-02")
def test_a_tag_is_compared_whole(
    author: Member, anonymous: Client, new_post: NewPost
) -> None:
    name = names.tag()
    new_post(author, tags=[f"{name}-more"])
    for asked in (name, f"{name}-mor", f"{name}-more-", f"{name}%", f"{name}-mor_"):
        expect_problem(anonymous.get_tag(asked), 404, "not_found")


@pytest.mark.requirement("TAG-02", "HTTP-18")
def test_a_letter_that_only_folds_to_ascii_is_another(
    author: Member, anonymous: Client, new_post: NewPost
) -> None:
    name = f"k{names.word()}"
    new_post(author, tags=[name])
    expect_problem(anonymous.get_tag(f"\u212a{name[1:]}"), 404, "not_found")
    assert expect(anonymous.get_tag(f"K{name[1:]}"), 200)["name"] == name


@pytest.mark.requirement("TAG-02", "POST-09")
def test_a_new_tag_used_in_parallel_is_one_tag(
    author: Member, other_author: Member, anonymous: Client, together: Together
) -> None:
    name, users = names.tag(), (author, other_author)
    responses = together(
        20,
        lambda number: users[number % 2].create_post(
            title=names.title(), body="Text.", tags=[name, "common"], status="published"
        ),
    )
    assert {response.status_code for response in responses} == {201}
    assert expect(anonymous.get_tag(name), 200) == {"name": name, "posts_count": 20}
    assert len(items(anonymous.list_posts, tag=name)) == 20
