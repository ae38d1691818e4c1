"""The Atom feed, the sitemap, robots.txt, and static files."""

import re
from pathlib import Path
from xml.etree import ElementTree as ET

from tornado.testing import gen_test

from tests.browser import PageTestCase
from tests.cases import write_post

ATOM = {"": "http://www.w3.org/2005/Atom"}
SITEMAP = {"": "http://www.sitemaps.org/schemas/sitemap/0.9"}
STATIC = Path(__file__).parent.parent / "app" / "static"


class TestFeeds(PageTestCase):
    @gen_test
    async def test_atom_feed(self) -> None:
        ada = await self.sign_up("ada")
        for n in range(21):
            await write_post(
                self.client, ada, title=f"<T> & {n}", body="*x*", tags=["a", "b"]
            )
        await write_post(self.client, ada, status="draft")
        answer = await self.browser.get("/feed.atom")
        assert answer.headers["content-type"].startswith("application/atom+xml")
        feed = ET.fromstring(answer.body)
        entries = feed.findall("entry", ATOM)
        assert len(entries) == 20
        newest = entries[0]
        texts = {child.tag.rpartition("}")[2]: child.text for child in newest}
        assert texts["title"] == "<T> & 20"
        assert texts["content"] == "<p><em>x</em></p>\n"
        assert texts["summary"] == "x"
        assert re.fullmatch(
            r"tag:blog\.test,\d{4}-\d\d-\d\d:posts/21", texts["id"] or ""
        )
        assert newest.findtext("author/name", namespaces=ATOM) == "ada"
        links = [link.get("href") for link in newest.findall("link", ATOM)]
        assert links == ["http://blog.test/posts/t-20"]
        terms = [category.get("term") for category in newest.findall("category", ATOM)]
        assert terms == ["a", "b"]

    @gen_test
    async def test_conditional_feed(self) -> None:
        empty = await self.browser.get("/feed.atom")
        assert ET.fromstring(empty.body).findtext("updated", namespaces=ATOM)
        held = {"If-None-Match": empty.headers["etag"]}
        for method in ("GET", "HEAD"):
            answer = await self.browser.request(method, "/feed.atom", headers=held)
            assert (answer.code, answer.body) == (304, b"")
            assert answer.headers["cache-control"] == "no-cache"
        await write_post(self.client, await self.sign_up("ada"))
        assert (await self.browser.get("/feed.atom", headers=held)).code == 200

    @gen_test
    async def test_sitemap_and_robots(self) -> None:
        ada = await self.sign_up("ada")
        post = await write_post(self.client, ada)
        await write_post(self.client, ada, title="Draft", status="draft")
        answer = await self.browser.get("/sitemap.xml")
        assert answer.headers["content-type"].startswith("application/xml")
        urls = ET.fromstring(answer.body).findall("url", SITEMAP)
        found = {
            url.findtext("loc", namespaces=SITEMAP): url.findtext(
                "lastmod", namespaces=SITEMAP
            )
            for url in urls
        }
        address = "http://blog.test/posts/a-title"
        assert found == {"http://blog.test/": None, address: post["updated_at"]}
        robots = await self.browser.get("/robots.txt")
        assert robots.headers["content-type"].startswith("text/plain")
        assert "Sitemap: http://blog.test/sitemap.xml" in robots.text.splitlines()

    @gen_test
    async def test_static_files(self) -> None:
        page = (await self.browser.get("/")).text
        addresses = re.findall(r'(?:href|src)="(/static/[^"]+)"', page)
        assert len(addresses) == 3
        for address in addresses:
            answer = await self.browser.get(address)
            forever = "public, max-age=31536000, immutable"
            assert answer.headers["cache-control"] == forever
        plain = await self.browser.get("/static/blog.css")
        assert plain.body == (STATIC / "blog.css").read_bytes()
        for address in ("/static/blog.css", "/static/blog.css?v=0"):
            answer = await self.browser.get(address)
            assert answer.headers["cache-control"] == "public, max-age=3600"
        held = {"If-None-Match": plain.headers["etag"]}
        assert (await self.browser.get("/static/blog.css", headers=held)).code == 304
        for path in ("x.css", "blog.css/", "", "..%2Fmain.py", "%2e%2e/main.py"):
            assert (await self.browser.get(f"/static/{path}")).code == 404
