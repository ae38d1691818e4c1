"""Slugs: how a title becomes one, and what happens when it is taken."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from quintet_conformance import names
from quintet_conformance.cases import cases
from quintet_conformance.helpers import expect, expect_problem
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


def slug_of(author: Member, title: str, **fields: Json) -> str:
    post = expect(author.create_post(title=title, body="Text.", **fields), 201)
    return str(post["slug"])


@pytest.mark.requirement("POST-02")
@pytest.mark.parametrize("case", cases("slug"))
def test_a_title_gives_a_slug(author: Member, case: Json) -> None:
    slug = slug_of(author, case["title"])
    # Others may have taken it already, and then there is a number after it.
    number = slug.removeprefix(case["slug"])
    assert slug.startswith(case["slug"])
    assert re.fullmatch(r"(-([2-9]|[1-9][0-9]+))?", number)


@pytest.mark.requirement("POST-02")
@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{} Straße", "{}-stra-e"),
        ("¿Café {}?!", "cafe-{}"),
        ("{}—naïve", "{}-naive"),
        ("{}_A", "{}-a"),
        ("日本 {} 日本", "{}"),
        ("ﬁne² {}", "fine2-{}"),
    ],
)
def test_a_title_of_ones_own_gives_exactly_its_slug(
    author: Member, template: str, expected: str
) -> None:
    word = names.word()
    assert slug_of(author, template.format(word)) == expected.format(word)


@pytest.mark.requirement("POST-03")
@pytest.mark.parametrize("status", ["draft", "published"])
def test_a_taken_slug_is_counted_up(
    author: Member, other_author: Member, status: str
) -> None:
    base = names.word()
    found = [
        slug_of(writer, title, status=status)
        for writer, title in (
            (author, base),
            (other_author, base),
            (author, f"{base.upper()}!"),
            (other_author, base),
        )
    ]
    assert found == [base, f"{base}-2", f"{base}-3", f"{base}-4"]


@pytest.mark.requirement("POST-03")
def test_the_first_free_number_is_taken(author: Member) -> None:
    base = names.word()
    assert slug_of(author, f"{base} 3") == f"{base}-3"
    assert [slug_of(author, base) for _ in range(3)] == [base, f"{base}-2", f"{base}-4"]


@pytest.mark.requirement("POST-03", "POST-20")
def test_a_gap_is_filled_again(author: Member) -> None:
    base = names.word()
    taken = [slug_of(author, base) for _ in range(4)]
    for gap in (taken[1], taken[0]):
        expect(author.delete_post(gap), 204)
    assert [slug_of(author, base) for _ in range(3)] == [base, f"{base}-2", f"{base}-5"]


@pytest.mark.requirement("POST-03")
def test_numbers_go_on_past_nine(author: Member) -> None:
    base = names.word()
    expected = [base, *(f"{base}-{number}" for number in range(2, 13))]
    assert [slug_of(author, base) for _ in range(12)] == expected


@pytest.mark.requirement("POST-02", "POST-03")
def test_the_number_comes_after_all_80_characters(author: Member) -> None:
    base = names.word(80)
    found = [slug_of(author, f"{base} and more") for _ in range(2)]
    assert found == [base, f"{base}-2"]


@pytest.mark.requirement("POST-03")
def test_a_slug_that_only_begins_alike_is_not_in_the_way(author: Member) -> None:
    base = names.word()
    for other in (f"{base}s", f"{base} two", f"{base} 02", f"{base} 2x"):
        slug_of(author, other)
    assert [slug_of(author, base) for _ in range(2)] == [base, f"{base}-2"]


@pytest.mark.requirement("POST-03")
def test_parallel_posts_of_one_title_get_slugs_of_their_own(
    author: Member, together: Together
) -> None:
    base = names.word()
    responses = together(20, lambda _: author.create_post(title=base, body="Text."))
    slugs = [expect(response, 201)["slug"] for response in responses]
    expected = [base, *(f"{base}-{number}" for number in range(2, 21))]
    assert sorted(slugs) == sorted(expected)


@pytest.mark.requirement("POST-03")
def test_parallel_posts_of_many_authors_get_slugs_of_their_own(
    author: Member, other_author: Member, together: Together
) -> None:
    base = names.word()
    writers = (author, other_author)
    responses = together(
        20,
        lambda number: writers[number % 2].create_post(
            title=base, body=f"Text {number}.", status="published"
        ),
    )
    posts = [expect(response, 201) for response in responses]
    assert len({post["slug"] for post in posts}) == 20
    for number, post in enumerate(posts):
        seen = expect(writers[0].get_post(post["slug"]), 200)
        assert (seen["body"], seen["author"]["username"]) == (
            f"Text {number}.",
            writers[number % 2].username,
        )


@pytest.mark.requirement("POST-04")
def test_the_slug_stays_when_the_title_changes(
    author: Member, new_post: NewPost
) -> None:
    old, new = names.word(), names.word()
    slug = new_post(author, title=old)["slug"]
    assert expect(author.update_post(slug, title=new), 200)["slug"] == slug == old
    assert expect(author.get_post(slug), 200)["title"] == new
    expect_problem(author.get_post(new), 404, "not_found")
    assert slug_of(author, new) == new
    assert slug_of(author, old) == f"{old}-2"


@pytest.mark.requirement("POST-04")
def test_the_slug_stays_while_the_post_is_a_draft_again(
    author: Member, new_post: NewPost
) -> None:
    base = names.word()
    slug = new_post(author, title=base)["slug"]
    expect(author.update_post(slug, status="draft", title=names.title()), 200)
    assert slug_of(author, base) == f"{base}-2"
    assert expect(author.update_post(slug, status="published"), 200)["slug"] == base
