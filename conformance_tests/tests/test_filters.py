"""Choosing posts by tag, author and liker, alone and together."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import pytest

from quintet_conformance import names
from quintet_conformance.helpers import expect, expect_errors, items
from quintet_conformance.operations import Client
from quintet_conformance.site import Member, Site

Json = Any

FILTERS = ("tag", "author", "liked_by")
SQL = [
    "' OR '1'='1",
    "' OR 1=1 --",
    "'; DROP TABLE posts; --",
    '" OR ""="',
    "x') OR 1=1 OR ('x'='",
    "%' OR 'a' LIKE '%",
    "\\' OR 1=1 --",
    "1 UNION SELECT password FROM users",
    "$1",
    ":username",
    "{author}",
]
WILD = ["%", "_", "*", "\\", "%%"]


@dataclass(frozen=True)
class Library:
    """Three posts of two authors, under one tag or another, liked in another order."""

    tag: str
    other_tag: str
    author: Member
    other_author: Member
    reader: Member
    old: str
    middle: str
    new: str


@pytest.fixture(scope="module")
def library(site: Site) -> Library:
    author, other_author, reader = [site.new_member() for _ in range(3)]
    tag, other_tag = names.tag(), names.tag()
    slugs = [
        site.new_post(writer, tags=tags)["slug"]
        for writer, tags in [
            (author, [tag]),
            (other_author, [tag, other_tag]),
            (author, [other_tag]),
        ]
    ]
    site.new_post(author, tags=[tag], status="draft")
    for slug in (slugs[2], slugs[0]):
        expect(reader.like_post(slug), 204)
    expect(author.like_post(slugs[1]), 204)
    return Library(tag, other_tag, author, other_author, reader, *slugs)


def slugs_of(client: Client, **query: Json) -> list[str]:
    return [post["slug"] for post in items(client.list_posts, **query)]


def value_of(library: Library, name: str) -> str:
    """Give a value by which two of the posts are found."""
    return {
        "tag": library.tag,
        "author": library.author.username,
        "liked_by": library.reader.username,
    }[name]


@pytest.mark.requirement("PAGE-10", "POST-21")
def test_posts_are_chosen_by_tag(anonymous: Client, library: Library) -> None:
    assert slugs_of(anonymous, tag=library.tag) == [library.middle, library.old]
    assert slugs_of(anonymous, tag=library.other_tag) == [library.new, library.middle]


@pytest.mark.requirement("PAGE-10", "POST-21")
def test_posts_are_chosen_by_author(library: Library) -> None:
    """An author's drafts are not among them, for the author neither."""
    name = library.author.username
    assert slugs_of(library.author, author=name) == [library.new, library.old]


@pytest.mark.requirement("PAGE-10", "PAGE-08")
def test_posts_are_chosen_by_liker_in_the_order_of_posts(
    anonymous: Client, library: Library
) -> None:
    name = library.reader.username
    assert slugs_of(anonymous, liked_by=name) == [library.new, library.old]
    assert slugs_of(anonymous, liked_by=library.author.username) == [library.middle]


@pytest.mark.requirement("PAGE-04", "PAGE-10")
@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_holds_on_every_page(
    anonymous: Client, library: Library, name: str
) -> None:
    query = {name: value_of(library, name)}
    assert slugs_of(anonymous, limit=1, **query) == slugs_of(anonymous, **query)


@pytest.mark.requirement("PAGE-10")
@pytest.mark.parametrize("change", [str.upper, str.title, str.swapcase])
@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_compares_without_case(
    anonymous: Client, library: Library, name: str, change: Any
) -> None:
    value = value_of(library, name)
    found = slugs_of(anonymous, **{name: change(value)})
    assert found == slugs_of(anonymous, **{name: value})
    assert len(found) == 2


@pytest.mark.requirement("PAGE-10")
def test_filters_combine(anonymous: Client, library: Library) -> None:
    tag, author = library.tag, library.author.username
    liker = library.reader.username
    assert slugs_of(anonymous, tag=tag, author=author) == [library.old]
    assert slugs_of(anonymous, tag=library.other_tag, liked_by=liker) == [library.new]
    assert slugs_of(anonymous, tag=tag, author=author, liked_by=liker) == [library.old]
    assert slugs_of(anonymous, author=author, liked_by=author) == []


@pytest.mark.requirement("PAGE-10", "PAGE-12")
def test_filters_combine_with_a_search(anonymous: Client, library: Library) -> None:
    title = expect(anonymous.get_post(library.old), 200)["title"]
    assert slugs_of(anonymous, tag=library.tag, q=title) == [library.old]
    assert slugs_of(anonymous, tag=library.other_tag, q=title) == []


@pytest.mark.requirement("PAGE-09")
@pytest.mark.parametrize("unknown", FILTERS)
def test_one_unknown_filter_empties_the_page(
    anonymous: Client, library: Library, unknown: str
) -> None:
    query = {name: value_of(library, name) for name in FILTERS}
    query[unknown] = names.word()
    page = expect(anonymous.list_posts(**query), 200)
    assert page == {"items": [], "next_cursor": None}


@pytest.mark.requirement("PAGE-09", "PAGE-10")
@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_is_no_prefix(anonymous: Client, library: Library, name: str) -> None:
    value = value_of(library, name)
    for near in (
        value[:-1],
        value[1:],
        f"{value}x",
        f"{value[:-1]}_",
        f"{value[:-1]}%",
    ):
        assert slugs_of(anonymous, **{name: near}) == []


@pytest.mark.requirement("PAGE-10")
@pytest.mark.parametrize("name", FILTERS)
def test_an_empty_filter_is_refused(anonymous: Client, name: str) -> None:
    problem = expect(anonymous.list_posts(**{name: ""}), 422)
    assert [error["field"] for error in problem["errors"]] == [name]


@pytest.mark.requirement("PAGE-13", "PAGE-09")
@pytest.mark.parametrize("value", SQL)
@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_shaped_like_sql_finds_nothing(
    anonymous: Client, library: Library, name: str, value: str
) -> None:
    page = expect(anonymous.list_posts(**{name: value}), 200)
    assert page == {"items": [], "next_cursor": None}
    assert slugs_of(anonymous, tag=library.tag) == [library.middle, library.old]


@pytest.mark.requirement("PAGE-13", "PAGE-09")
@pytest.mark.parametrize("value", WILD)
@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_knows_no_wildcard(
    anonymous: Client, library: Library, name: str, value: str
) -> None:
    assert slugs_of(anonymous, **{name: value}) == []


@pytest.mark.requirement("PROB-06", "PAGE-02", "PAGE-11")
def test_all_faults_of_a_query_come_in_one_answer(anonymous: Client) -> None:
    faults = {"limit": "too_big", "q": "format"}
    response = anonymous.list_posts(limit=101, q="a\x01b")
    expect_errors(response, faults)


@pytest.mark.requirement("PROB-06", "PAGE-14")
def test_all_faults_of_a_query_for_todos_come_in_one_answer(member: Member) -> None:
    response = member.list_todos(limit=0, completed="maybe")
    expect_errors(response, {"limit": "too_small", "completed": "choice"})


@pytest.mark.requirement("PAGE-03")
def test_the_link_keeps_every_character_of_a_filter(
    anonymous: Client, site: Site, member: Member
) -> None:
    text = '50% of "a&b" = c+d; #1 <x> \\_é 日本 😀'
    for _ in range(2):
        site.new_post(member, title=text)
    query = {"q": text, "author": member.username, "limit": "1"}
    response = anonymous.list_posts(**query)
    cursor = expect(response, 200)["next_cursor"]
    target = response.headers["Link"].removeprefix("<").partition(">")[0]
    sent = parse_qsl(target.partition("?")[2])
    assert sorted(sent) == sorted({**query, "cursor": cursor}.items())
    linked = expect(anonymous.request("GET", target), 200)
    assert linked == expect(anonymous.list_posts(**query, cursor=cursor), 200)


@pytest.mark.requirement("PAGE-09", "POST-13")
def test_a_post_taken_back_is_found_by_no_filter(
    anonymous: Client, site: Site, member: Member
) -> None:
    tag = names.tag()
    post = site.new_post(member, tags=[tag])
    expect(member.like_post(post["slug"]), 204)
    expect(member.update_post(post["slug"], status="draft"), 200)
    for query in (
        {"tag": tag},
        {"author": member.username},
        {"liked_by": member.username},
        {"q": post["title"]},
    ):
        assert slugs_of(anonymous, **query) == []
        assert slugs_of(member, **query) == []
