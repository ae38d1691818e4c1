"""What crawlers read."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from xml.etree import ElementTree

import pytest

from quintet_conformance.helpers import expect
from quintet_conformance.web.browser import Browser
from quintet_conformance.web.people import Blog, SignedIn

Json = Any

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
NEWEST = 5_000


def read(browser: Browser) -> dict[str, str]:
    """Give when each address was changed."""
    answer = browser.get("/sitemap.xml")
    assert answer.status == 200
    kind = answer.headers["Content-Type"].partition(";")[0]
    assert kind in {"application/xml", "text/xml"}
    root = ElementTree.fromstring(answer.response.content)  # of the server under test
    assert root.tag == f"{SITEMAP}urlset"
    assert {child.tag for child in root} == {f"{SITEMAP}url"}
    return {
        str(url.findtext(f"{SITEMAP}loc")): url.findtext(f"{SITEMAP}lastmod") or ""
        for url in root
    }


@pytest.mark.requirement("FEED-04")
def test_it_names_the_start_page_and_published_posts(
    blog: Blog, visitor: Browser, post: Json, draft: Json
) -> None:
    found = read(visitor)
    assert found.keys() & {blog.public_url, f"{blog.public_url}/"}
    assert 1 < len(found) <= NEWEST + 1
    assert f"{blog.public_url}/posts/{post['slug']}" in found
    assert f"{blog.public_url}/posts/{draft['slug']}" not in found
    assert all(address.startswith(blog.public_url) for address in found)


@pytest.mark.requirement("FEED-04")
def test_it_tells_the_last_change(
    blog: Blog, visitor: Browser, author: SignedIn, post: Json
) -> None:
    now = expect(author.member.update_post(post["slug"], body="Changed."), 200)
    address = f"{blog.public_url}/posts/{post['slug']}"
    found = read(visitor)
    for place, stamp in found.items():
        if "/posts/" in place:
            assert datetime.fromisoformat(stamp).year >= 2000
    assert found[address][:10] == now["updated_at"][:10]
    if len(found[address]) > 10:
        told = datetime.fromisoformat(found[address])
        changed = datetime.fromisoformat(now["updated_at"])
        assert abs((told - changed).total_seconds()) < 1
    expect(author.member.update_post(post["slug"], status="draft"), 200)
    assert address not in read(visitor)


@pytest.mark.requirement("FEED-05")
def test_robots_are_shown_the_sitemap(blog: Blog, visitor: Browser) -> None:
    answer = visitor.get("/robots.txt")
    assert answer.status == 200
    assert answer.headers["Content-Type"].lower().startswith("text/plain")
    lines = [line.strip() for line in answer.text.splitlines()]
    assert f"Sitemap: {blog.public_url}/sitemap.xml" in lines
    assert any(line.lower().startswith("user-agent:") for line in lines)


@pytest.mark.requirement("FEED-06")
def test_pages_link_to_a_feed_that_is_there(
    visitor: Browser, author: SignedIn, new_post: Callable[..., Json]
) -> None:
    selector = 'link[rel~=alternate][type="application/atom+xml"]'
    for browser in (visitor, author):
        (link,) = browser.open("/").links(selector)
        path = link.removeprefix(browser.public_url)
        assert path == "/feed.atom"
        assert browser.get(path).status == 200


@pytest.mark.requirement("WEB-18", "WEB-17")
@pytest.mark.parametrize("path", ["/sitemap.xml", "/robots.txt"])
def test_head_and_other_methods(visitor: Browser, path: str) -> None:
    assert visitor.request("HEAD", path).status == 200
    answer = visitor.post(path, visitor.proof())
    assert answer.status == 405
    assert "GET" in answer.headers["Allow"]
