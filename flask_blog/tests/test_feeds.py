"""The Atom feed, the sitemap, robots.txt, and static files."""

import re
from functools import partial
from pathlib import Path
from xml.etree import ElementTree as ET

from flask.testing import FlaskClient

from tests.conftest import SignUp, write_post

ATOM = {"": "http://www.w3.org/2005/Atom"}
SITEMAP = {"": "http://www.sitemaps.org/schemas/sitemap/0.9"}
STATIC = Path(__file__).parent.parent / "app" / "static"


def test_atom_feed(client: FlaskClient, sign_up: SignUp) -> None:
    ada = sign_up("ada")
    for n in range(21):
        write_post(client, ada, title=f"<T> & {n}", body="*x*", tags=["a", "b"])
    write_post(client, ada, status="draft")
    answer = client.get("/feed.atom")
    assert answer.headers["Content-Type"].startswith("application/atom+xml")
    feed = ET.fromstring(answer.data)
    entries = feed.findall("entry", ATOM)
    assert len(entries) == 20
    newest = entries[0]
    texts = {child.tag.rpartition("}")[2]: child.text for child in newest}
    assert texts["title"] == "<T> & 20"
    assert texts["content"] == "<p><em>x</em></p>\n"
    assert texts["summary"] == "x"
    assert re.fullmatch(r"tag:blog\.test,\d{4}-\d\d-\d\d:posts/21", texts["id"] or "")
    assert newest.findtext("author/name", namespaces=ATOM) == "ada"
    links = [link.get("href") for link in newest.findall("link", ATOM)]
    assert links == ["http://blog.test/posts/t-20"]
    terms = [category.get("term") for category in newest.findall("category", ATOM)]
    assert terms == ["a", "b"]


def test_conditional_feed(client: FlaskClient, sign_up: SignUp) -> None:
    empty = client.get("/feed.atom")
    assert ET.fromstring(empty.data).findtext("updated", namespaces=ATOM)
    held = {"If-None-Match": empty.headers["ETag"]}
    for method in ("GET", "HEAD"):
        answer = client.open("/feed.atom", method=method, headers=held)
        assert (answer.status_code, answer.data) == (304, b"")
        assert answer.headers["Cache-Control"] == "no-cache"
    write_post(client, sign_up("ada"))
    assert client.get("/feed.atom", headers=held).status_code == 200


def test_sitemap_and_robots(client: FlaskClient, sign_up: SignUp) -> None:
    ada = sign_up("ada")
    post = write_post(client, ada)
    write_post(client, ada, title="Draft", status="draft")
    answer = client.get("/sitemap.xml")
    assert answer.headers["Content-Type"].startswith("application/xml")
    urls = ET.fromstring(answer.data).findall("url", SITEMAP)
    found = {
        url.findtext("loc", namespaces=SITEMAP): url.findtext(
            "lastmod", namespaces=SITEMAP
        )
        for url in urls
    }
    address = "http://blog.test/posts/a-title"
    assert found == {"http://blog.test/": None, address: post["updated_at"]}
    robots = client.get("/robots.txt")
    assert robots.headers["Content-Type"].startswith("text/plain")
    assert "Sitemap: http://blog.test/sitemap.xml" in robots.text.splitlines()


def test_static_files(client: FlaskClient) -> None:
    get = partial(client.get, buffered=True)  # closes the files
    page = get("/").text
    addresses = re.findall(r'(?:href|src)="(/static/[^"]+)"', page)
    assert len(addresses) == 3
    for address in addresses:
        answer = get(address)
        forever = "public, max-age=31536000, immutable"
        assert answer.headers["Cache-Control"] == forever
    plain = get("/static/blog.css")
    assert plain.data == (STATIC / "blog.css").read_bytes()
    for address in ("/static/blog.css", "/static/blog.css?v=0"):
        answer = get(address)
        assert answer.headers["Cache-Control"] == "public, max-age=3600"
    held = {"If-None-Match": plain.headers["ETag"]}
    assert get("/static/blog.css", headers=held).status_code == 304
    for path in ("x.css", "blog.css/", "", "..%2Fmain.py", "%2e%2e/main.py"):
        assert get(f"/static/{path}").status_code == 404
