"""The start page: what it lists, and how it is searched."""

from collections.abc import Callable
from typing import Any

import pytest

from quintet_conformance import names
from quintet_conformance.helpers import expect
from quintet_conformance.operations import Client
from quintet_conformance.site import Site
from quintet_conformance.web.browser import Browser
from quintet_conformance.web.helpers import expect_page, titles
from quintet_conformance.web.markup import attribute, words
from quintet_conformance.web.people import SignedIn

Json = Any
NewPost = Callable[..., Json]

PAGE = 10
REFUSED = {
    "101-characters": "a" * 101,
    "eleven-words": "a b c d e f g h i j k",
    "a-control-character": "a\u0007b",
}


@pytest.mark.requirement("WEB-01")
def test_an_entry_tells_what_the_post_is_about(
    site: Site, author: SignedIn, reader: SignedIn, visitor: Browser
) -> None:
    word, tags = names.word(), sorted([names.tag(), names.tag()])
    text = {"title": f"On {word}", "body": f"All of *{names.word()}*.", "tags": tags}
    post = site.new_post(author.member, **text)
    expect(reader.member.like_post(post["slug"]), 204)
    for _ in range(2):
        expect(reader.member.create_comment(post["slug"], body="Well."), 201)
    entry = visitor.open("/", q=word).one("article")
    link = entry.select("h2 a")[0]
    assert (words(link), attribute(link, "href")) == (
        post["title"],
        f"/posts/{post['slug']}",
    )
    shown = words(entry)
    assert post["excerpt"] in shown
    assert author.username in shown
    assert all(tag in shown for tag in tags)
    stamp = attribute(entry.select("time")[0], "datetime")
    assert stamp[:19] == post["published_at"][:19]
    assert "1" in words(entry.select(".likes")[0]).split()
    assert "2" in words(entry.select(".comments-count")[0]).split()
    targets = [attribute(each, "href") for each in entry.select("a")]
    assert f"/authors/{author.username}" in targets
    assert {f"/tags/{tag}" for tag in tags} <= set(targets)


@pytest.mark.requirement("WEB-01")
def test_the_newest_is_first_and_drafts_are_not_listed(
    author: SignedIn, new_post: NewPost
) -> None:
    word = names.word()
    written = [f"{word} {number}" for number in ("one", "two", "three")]
    for title in written:
        new_post(author.member, title=title)
    new_post(author.member, title=f"{word} draft", status="draft")
    assert titles(author.open("/", q=word)) == written[::-1]


@pytest.mark.requirement("WEB-01")
def test_the_whole_list_is_ten_a_page_newest_first(
    author: SignedIn, new_post: NewPost, visitor: Browser
) -> None:
    for _ in range(PAGE + 1):
        new_post(author.member)
    page = visitor.open("/")
    assert len(titles(page)) == PAGE
    entries = page.select("article")
    stamps = [attribute(each.select("time")[0], "datetime") for each in entries]
    assert stamps == sorted(stamps, reverse=True)
    assert page.links("nav.pages a[rel=next]")


@pytest.mark.requirement("WEB-03")
def test_the_search_finds_what_list_posts_finds(
    author: SignedIn, new_post: NewPost, visitor: Browser, anonymous: Client
) -> None:
    word, other = names.word(), names.word()
    new_post(author.member, title=f"Of {word} and {other}")
    new_post(author.member, title="Of something else", body=f"Hidden {word}.")
    new_post(author.member, title=f"Of {other} alone")
    for query in (word, word.upper(), f"{other} {word}", f"{word} %", f"_{word}"):
        found = expect(anonymous.list_posts(q=query), 200)["items"]
        page = visitor.open("/", q=query)
        assert titles(page) == [each["title"] for each in found], query
        assert page.form("/", "get").value("q") == query


@pytest.mark.requirement("WEB-03")
def test_a_search_form_leads_to_what_it_finds(
    author: SignedIn, new_post: NewPost, visitor: Browser
) -> None:
    word = names.word()
    post = new_post(author.member, title=f"Of {word}")
    form = visitor.open("/").form("/", "get")
    page = visitor.open(form.action, **dict(form.data({"q": word})))
    assert titles(page) == [post["title"]]


@pytest.mark.requirement("WEB-03", "WEB-02")
def test_the_words_travel_with_the_links_to_further_pages(
    author: SignedIn, new_post: NewPost, visitor: Browser
) -> None:
    word = names.word()
    made = [new_post(author.member, title=f"{word} {n}")["title"] for n in range(11)]
    new_post(author.member)
    first = visitor.open("/", q=f"{word} ")
    following = visitor.open(*first.links("nav.pages a[rel=next]"))
    assert titles(first) + titles(following) == made[::-1]
    assert following.form("/", "get").value("q").strip() == word
    back = visitor.open(*following.links("nav.pages a[rel=prev]"))
    assert titles(back) == titles(first)


@pytest.mark.requirement("WEB-03", "WEB-12")
def test_markup_in_the_search_is_text(visitor: Browser) -> None:
    word = names.word()
    page = visitor.open("/", q=f'"><b id="{word}">&amp;')
    assert not page.select(f"#{word}")
    assert page.form("/", "get").value("q") == f'"><b id="{word}">&amp;'


@pytest.mark.requirement("WEB-03")
@pytest.mark.parametrize("query", ["", "   ", "a" * 100, "a b c d e f g h i j"])
def test_a_search_within_the_limits_is_a_page(visitor: Browser, query: str) -> None:
    visitor.open("/", q=query)


@pytest.mark.requirement("WEB-03", "FORM-01")
@pytest.mark.parametrize("query", REFUSED.values(), ids=REFUSED)
def test_a_search_that_the_api_refuses_is_refused(visitor: Browser, query: str) -> None:
    answer = expect_page(visitor.get("/", q=query), 422)
    box = answer.form("/", "get").value("q")
    assert box == query or answer.has_controls
    assert words(answer.one("[role=alert]"))
    assert not titles(answer)
