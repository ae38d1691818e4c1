"""Words that are looked for in posts."""

from typing import Any

import pytest

from quintet_conformance import names
from quintet_conformance.helpers import expect, expect_errors, items
from quintet_conformance.operations import Client
from quintet_conformance.site import Member, Site

Json = Any

SQL = [
    "' OR '1'='1",
    "x' OR 1=1 --",
    "'); DROP TABLE posts; --",
    "%' OR 1=1 --",
    "\\' OR 1=1 --",
    "a' ESCAPE 'b",
    "' || title || '",
    "UNION SELECT password",
]

# The posts in which a search looks, by the number that the cases name.
POSTS = {
    1: ("The Analytical Engine", "It weaves *algebraic patterns* from `cards`.\n"),
    2: ("100% wool_socks", "A path like C:\\temp\\new, and 50 percent."),
    3: ("100 wool-socks", "A path like C:temp/new, with <b>bold</b> words."),
    4: ("Straße nach Öland", "Ärger über naïve Καλημέρα 日本 😀."),
    5: ('O\'Brien said "no"', "One line\nand another\twith [a link](https://x.test/)."),
    6: ("Kelvin", "aa ab ba bb"),
}

FOUND: dict[str, set[int]] = {
    "Analytical": {1},
    "analytical": {1},
    "ANALYTICAL": {1},
    "lytic": {1},
    "the": {1, 5},
    "algebraic": {1},
    "*algebraic": {1},
    "patterns*": {1},
    "<em>": set(),
    "<p>": set(),
    "href": set(),
    "`cards`": {1},
    "Engine weaves": {1},
    "weaves engine": {1},
    "PATTERNS analytical CARDS": {1},
    "engine wool": set(),
    "engineit": set(),
    "wool socks": {2, 3},
    "wool": {2, 3},
    "%": {2},
    "100%": {2},
    "0% w": {2},
    "0%w": set(),
    "1%": set(),
    "%%": set(),
    "_": {2},
    "wool_socks": {2},
    "wool_": {2},
    "l_s": {2},
    "__": set(),
    "\\": {2},
    "\\temp": {2},
    "c:\\TEMP\\": {2},
    "C:\\": {2},
    "\\\\": set(),
    "\\%": set(),
    "\\_": set(),
    "% _ \\": {2},
    "wool-": {3},
    "<b>bold</b>": {3},
    "&lt;b&gt;": set(),
    "b>BOLD<": {3},
    "Straße": {4},
    "straße": {4},
    "Öland": {4},
    "ÖLAND": {4},
    "Ärger über": {4},
    "naïve": {4},
    "naive": set(),
    "Καλη": {4},
    "日": {4},
    "日本 😀": {4},
    "😀": {4},
    "O'Brien": {5},
    "o'bRIEN": {5},
    "'": {5},
    "''": set(),
    '"no"': {5},
    "line another": {5},
    "[a link]": {5},
    "https://x.test/": {5},
    "ba ab": {6},
    "aa aa aa": {6},
    "a b a b a b a b a b": {1, 3, 4, 5, 6},
    "bbb": set(),
    "kelvin": {6},
    "*": {1},
    ".*": set(),
    "[a-z]": set(),
    "draft": set(),
}


@pytest.fixture(scope="module")
def author(site: Site) -> Member:
    return site.new_member()


@pytest.fixture(scope="module")
def writer(site: Site) -> Member:
    """Writes what the tests themselves need."""
    return site.new_member()


@pytest.fixture(scope="module")
def numbers(site: Site, author: Member) -> dict[str, int]:
    """The numbers of the posts by their slugs."""
    site.new_post(author, title="A draft of the engine", body="%_\\", status="draft")
    return {
        site.new_post(author, title=title, body=body)["slug"]: number
        for number, (title, body) in POSTS.items()
    }


def search(client: Client, **query: Json) -> list[str]:
    return [post["slug"] for post in items(client.list_posts, **query)]


@pytest.mark.requirement("PAGE-12")
@pytest.mark.parametrize("q", FOUND)
def test_a_search_finds_the_posts_with_all_its_words(
    author: Member, numbers: dict[str, int], q: str
) -> None:
    found = search(author, author=author.username, q=q)
    assert {numbers[slug] for slug in found} == FOUND[q]


@pytest.mark.requirement("PAGE-11", "PAGE-12")
@pytest.mark.parametrize(
    "space", ["  ", "\u00a0", "\u2003", "\u3000", "\u2028", " \u00a0 "], ids=ascii
)
def test_any_white_space_separates_words(
    author: Member, numbers: dict[str, int], space: str
) -> None:
    found = search(author, author=author.username, q=f"cards{space}engine{space}")
    assert [numbers[slug] for slug in found] == [1]


@pytest.mark.requirement("PAGE-11")
@pytest.mark.parametrize(
    "q", ["", " ", "\t", "\n", "\u00a0\u3000", " " * 200], ids=ascii
)
def test_white_space_alone_is_no_filter(
    author: Member, numbers: dict[str, int], q: str
) -> None:
    found = search(author, author=author.username, q=q)
    assert [numbers[slug] for slug in found] == sorted(POSTS, reverse=True)


@pytest.mark.requirement("PAGE-12", "PAGE-04", "PAGE-08")
def test_a_search_is_walked_like_any_list(
    author: Member, numbers: dict[str, int]
) -> None:
    query = {"author": author.username, "q": "a"}
    found = [numbers[slug] for slug in search(author, **query, limit=2)]
    assert found == [6, 5, 4, 3, 2, 1]


@pytest.mark.requirement("PAGE-12")
def test_a_search_looks_at_title_and_source_alone(
    site: Site, anonymous: Client
) -> None:
    author, word = site.new_member(), names.word()
    expect(author.update_account(bio=f"About {word}"), 200)
    post = site.new_post(author, title="Other", body="Text.", tags=[word])
    expect(author.create_comment(post["slug"], body=word), 201)
    for q in (word, author.username, author.email, post["slug"] + " slug", "published"):
        assert search(anonymous, author=author.username, q=q) == []


@pytest.mark.requirement("PAGE-12")
def test_a_search_follows_a_change(
    site: Site, anonymous: Client, member: Member
) -> None:
    old, new = names.word(), names.word()
    slug = site.new_post(member, title=old, body=f"About {old}.")["slug"]
    expect(member.update_post(slug, title=new, body=f"About {new}."), 200)
    assert (search(anonymous, q=old), search(anonymous, q=new)) == ([], [slug])


@pytest.mark.requirement("PAGE-13", "PAGE-12")
@pytest.mark.parametrize("text", SQL)
def test_what_is_shaped_like_sql_is_text(
    site: Site, anonymous: Client, writer: Member, text: str
) -> None:
    tag = names.tag()
    site.new_post(writer, title="Other", tags=[tag])
    assert search(anonymous, tag=tag, q=text) == []
    body = f"See {text} there."
    slug = site.new_post(writer, title="Other", body=body, tags=[tag])["slug"]
    assert search(anonymous, tag=tag, q=text) == [slug]


@pytest.mark.requirement("PAGE-11")
@pytest.mark.parametrize("operation", ["list_posts", "list_users"])
@pytest.mark.parametrize(
    ("q", "code"),
    [
        pytest.param("a" * 101, "too_long", id="101 letters"),
        pytest.param("a b c d e f g h i j k", "too_many", id="eleven words"),
        pytest.param("a " * 51 + "b", "too_long", id="103 characters in 52 words"),
        pytest.param("a\x00b", "format", id="NUL"),
        pytest.param("\x00", "format", id="NUL alone"),
        pytest.param("a\tb", "format", id="tab"),
        pytest.param("a\x9fb", "format", id="C1"),
    ],
)
def test_a_bad_search_is_refused(scene: Any, operation: str, q: str, code: str) -> None:
    expect_errors(getattr(scene.admin, operation)(q=q), {"q": code})
