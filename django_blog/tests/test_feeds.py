"""The Atom feed, the sitemap, robots.txt, and static files."""

import re
from contextlib import closing
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.browser import Browser
from tests.conftest import SignUp, write_post

pytestmark = pytest.mark.django_db
ATOM = {"": "http://www.w3.org/2005/Atom"}
SITEMAP = {"": "http://www.sitemaps.org/schemas/sitemap/0.9"}
STATIC = Path(__file__).parent.parent / "common" / "static"


def test_atom_feed(sign_up: SignUp) -> None:
    ada = sign_up("ada")
    for n in range(21):
        write_post(ada, title=f"<T> & {n}", body="*x* \\&amp;", tags=["a", "b"])
    write_post(ada, status="draft")
    answer = Browser().get("/feed.atom", headers={"Host": "evil.test"})
    assert answer["Content-Type"].startswith("application/atom+xml")
    feed = ET.fromstring(answer.content)
    entries = feed.findall("entry", ATOM)
    assert len(entries) == 20
    newest = entries[0]
    texts = {child.tag.rpartition("}")[2]: child.text for child in newest}
    assert texts["title"] == "<T> & 20"
    assert texts["content"] == "<p><em>x</em> &amp;amp;</p>\n"
    assert texts["summary"] == "x &amp;"
    assert re.fullmatch(r"tag:blog\.test,\d{4}-\d\d-\d\d:posts/\d+", texts["id"] or "")
    assert newest.findtext("author/name", namespaces=ATOM) == "ada"
    links = [link.get("href") for link in newest.findall("link", ATOM)]
    assert links == ["http://blog.test/posts/t-20"]
    terms = [category.get("term") for category in newest.findall("category", ATOM)]
    assert terms == ["a", "b"]


def test_conditional_feed(sign_up: SignUp) -> None:
    browser = Browser()
    empty = browser.get("/feed.atom")
    assert ET.fromstring(empty.content).findtext("updated", namespaces=ATOM)
    held = {"If-None-Match": empty["ETag"]}
    for method in ("GET", "HEAD"):
        answer = browser.generic(method, "/feed.atom", headers=held)
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer["Cache-Control"] == "no-cache"
    write_post(sign_up("ada"))
    assert browser.get("/feed.atom", headers=held).status_code == 200


def test_sitemap_and_robots(sign_up: SignUp) -> None:
    ada = sign_up("ada")
    post = write_post(ada)
    write_post(ada, title="Draft", status="draft")
    answer = Browser().get("/sitemap.xml")
    assert answer["Content-Type"].startswith("application/xml")
    found = {
        url.findtext("loc", "", SITEMAP): url.findtext("lastmod", "", SITEMAP)
        for url in ET.fromstring(answer.content).findall("url", SITEMAP)
    }
    day = post["updated_at"][:10]
    assert found == {"http://blog.test/": "", "http://blog.test/posts/a-title": day}
    robots = Browser().get("/robots.txt")
    assert robots["Content-Type"].startswith("text/plain")
    assert "Sitemap: http://blog.test/sitemap.xml" in robots.text.splitlines()


def test_static_files() -> None:
    browser = Browser()
    addresses = re.findall(r'(?:href|src)="(/static/[^"]+)"', browser.get("/").text)
    assert len(addresses) == 3
    for address in addresses:
        with closing(browser.get(address)) as answer:
            cache = set(answer["Cache-Control"].split(", "))
        assert cache == {"public", "max-age=31536000", "immutable"}
    with closing(browser.get("/static/blog.css")) as plain:
        assert plain.getvalue() == (STATIC / "blog.css").read_bytes()
    assert set(plain["Cache-Control"].split(", ")) == {"public", "max-age=3600"}
    held = {"If-None-Match": plain["ETag"]}
    assert browser.get("/static/blog.css", headers=held).status_code == 304
    for path in ("x.css", "blog.0.css", "blog.css/", "", "..%2Fpages.py"):
        assert browser.get(f"/static/{path}").status_code == 404
