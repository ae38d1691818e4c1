"""The feed as readers of feeds read it, and as RFC 4287 has it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import feedparser
import pytest

from quintet_conformance import names
from quintet_conformance.helpers import expect
from quintet_conformance.second_server import SETTINGS
from quintet_conformance.web.answer import Answer
from quintet_conformance.web.browser import Browser
from quintet_conformance.web.people import Blog, SignedIn

# Everybody's posts are in the feed: it is read while nobody else writes.
pytestmark = pytest.mark.serial

Json = Any
NewPost = Callable[..., Json]

ATOM = "{http://www.w3.org/2005/Atom}"
NEWEST = 20


def read(browser: Browser) -> Answer:
    answer = browser.get("/feed.atom")
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("application/atom+xml")
    return answer


def root_of(answer: Answer) -> ElementTree.Element:
    return ElementTree.fromstring(answer.response.content)  # of the server under test


def entry_of(browser: Browser, post: Json) -> ElementTree.Element:
    ends = f"/posts/{post['slug']}"
    for entry in root_of(read(browser)).iter(f"{ATOM}entry"):
        if any(
            link.get("href", "").endswith(ends) for link in entry.iter(f"{ATOM}link")
        ):
            return entry
    msg = f"the feed has no entry for {post['slug']}"
    raise AssertionError(msg)


def text(element: ElementTree.Element, name: str) -> str:
    (found,) = element.findall(f"{ATOM}{name}")
    return "".join(found.itertext()).strip()


def instant(value: str) -> datetime:
    return datetime.fromisoformat(value)


@pytest.mark.requirement("FEED-01")
def test_readers_of_feeds_understand_it(
    author: SignedIn, new_post: NewPost, visitor: Browser
) -> None:
    title = "A <b>\"title\"</b> & 'more' &amp; </title> 😀"
    post = new_post(
        author.member, title=title, body="# H\n\n*a* & b\n\n<c>", tags=["x-y"]
    )
    parsed = feedparser.parse(read(visitor).response.content, sanitize_html=False)
    assert not parsed.bozo, parsed.get("bozo_exception")
    assert parsed.version == "atom10"
    entry = parsed.entries[0]
    assert entry.title == title
    assert entry.summary == post["excerpt"]
    assert entry.content[0].value.strip() == post["body_html"].strip()
    assert entry.author == author.username
    assert [tag.term for tag in entry.tags] == ["x-y"]
    assert instant(entry.published) == instant(post["published_at"])
    assert instant(entry.updated) == instant(post["updated_at"])


@pytest.mark.requirement("FEED-01")
def test_it_keeps_the_rules_of_atom(
    author: SignedIn, new_post: NewPost, visitor: Browser
) -> None:
    new_post(author.member)
    root = root_of(read(visitor))
    assert root.tag == f"{ATOM}feed"
    assert text(root, "id")
    assert text(root, "title")
    assert instant(text(root, "updated")).tzinfo
    links = {link.get("rel", "alternate"): link for link in root.findall(f"{ATOM}link")}
    assert links["self"].get("href", "").endswith("/feed.atom")
    entries = root.findall(f"{ATOM}entry")
    ids = [text(entry, "id") for entry in entries]
    assert len(set(ids)) == len(ids)
    for entry in entries:
        assert text(entry, "title")
        assert text(entry, "author")
        assert instant(text(entry, "updated")).tzinfo
        assert instant(text(entry, "published")).tzinfo
        kinds = [link.get("rel", "alternate") for link in entry.findall(f"{ATOM}link")]
        assert kinds.count("alternate") == 1
        (content,) = entry.findall(f"{ATOM}content")
        assert content.get("type") in {"html", "xhtml"}
    assert text(root, "updated") >= max(text(entry, "updated") for entry in entries)


@pytest.mark.requirement("FEED-01")
def test_it_holds_the_newest_twenty_newest_first(
    author: SignedIn, new_post: NewPost, visitor: Browser
) -> None:
    made = [new_post(author.member)["title"] for _ in range(NEWEST)]
    new_post(author.member, status="draft")
    entries = root_of(read(visitor)).findall(f"{ATOM}entry")
    assert [text(entry, "title") for entry in entries] == made[::-1]


@pytest.mark.requirement("FEED-02")
def test_addresses_are_absolute(blog: Blog, post: Json, visitor: Browser) -> None:
    base = blog.public_url
    assert urlsplit(base).scheme in {"http", "https"}
    root = root_of(read(visitor))
    for link in root.iter(f"{ATOM}link"):
        assert link.get("href", "").startswith(f"{base}/")
    links = [link.get("href") for link in entry_of(visitor, post).iter(f"{ATOM}link")]
    assert f"{base}/posts/{post['slug']}" in links


@pytest.mark.requirement("FEED-02", "FEED-05", "FEED-04")
def test_addresses_come_from_the_setting(secure_blog: Blog, post: Json) -> None:
    visitor, base = secure_blog.visitor(), SETTINGS["PUBLIC_URL"]
    entry = entry_of(visitor, post)
    links = [link.get("href") for link in entry.iter(f"{ATOM}link")]
    assert f"{base}/posts/{post['slug']}" in links
    host, day = urlsplit(base).hostname, post["published_at"][:10]
    assert text(entry, "id").startswith(f"tag:{host},{day}:posts/")
    assert f"{base}/sitemap.xml" in visitor.get("/robots.txt").text
    assert f"<loc>{base}/posts/{post['slug']}</loc>" in visitor.get("/sitemap.xml").text


@pytest.mark.requirement("FEED-02")
def test_the_id_of_an_entry_outlives_changes(
    blog: Blog, author: SignedIn, draft: Json, visitor: Browser
) -> None:
    slug = draft["slug"]
    post = expect(author.member.update_post(slug, status="published"), 200)
    identity = text(entry_of(visitor, post), "id")
    host, day = urlsplit(blog.public_url).hostname, post["published_at"][:10]
    prefix = f"tag:{host},{day}:posts/"
    assert identity.startswith(prefix)
    assert identity.removeprefix(prefix).isdigit()
    for changes in (
        {"title": names.title(), "body": "Other.", "tags": ["other"]},
        {"status": "draft"},
        {"status": "published"},
    ):
        post = expect(author.member.update_post(slug, **changes), 200)
        if post["status"] == "published":
            entry = entry_of(visitor, post)
            assert text(entry, "id") == identity
            assert text(entry, "title") == post["title"]
            assert instant(text(entry, "updated")) == instant(post["updated_at"])


@pytest.mark.requirement("FEED-03")
def test_it_is_answered_conditionally(
    author: SignedIn, post: Json, visitor: Browser
) -> None:
    first = read(visitor)
    tag = first.headers["ETag"]
    assert tag.startswith('"')
    assert first.headers["Cache-Control"] == "no-cache"
    for condition in (tag, f"W/{tag}", f'"x", {tag}', "*"):
        answer = visitor.request(
            "GET", "/feed.atom", headers={"If-None-Match": condition}
        )
        assert (answer.status, answer.response.content) == (304, b"")
        assert answer.headers["ETag"] == tag
    for condition in ('"x"', tag.strip('"')):
        answer = visitor.request(
            "GET", "/feed.atom", headers={"If-None-Match": condition}
        )
        assert answer.status == 200
    assert read(author).headers["ETag"] == tag
    expect(author.member.update_post(post["slug"], title=names.title()), 200)
    headers = {"If-None-Match": tag}
    answer = visitor.request("GET", "/feed.atom", headers=headers)
    assert answer.status == 200
    assert answer.headers["ETag"] != tag


@pytest.mark.requirement("FEED-01", "FEED-03", "WEB-18")
def test_head_and_other_methods(visitor: Browser) -> None:
    answer = visitor.request("HEAD", "/feed.atom")
    assert answer.headers["ETag"] == read(visitor).headers["ETag"]
    assert visitor.post("/feed.atom", visitor.proof()).status == 405
