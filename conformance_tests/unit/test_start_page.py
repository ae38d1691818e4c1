"""The start page leads to what runs, and shows text as text."""

import socket
from html.parser import HTMLParser

import httpx
import pytest

from quintet_conformance.runner.exhibit import Exhibit
from quintet_conformance.runner.manifest import Manifest
from quintet_conformance.runner.start_page import StartPage, render

USERS = [
    {"username": "ann", "password": "<north>", "role": "admin"},
    {"username": "bo", "password": "boat", "role": "member"},
]
VOID = {"br", "ellipse", "link", "meta", "path"}


class Links(HTMLParser):
    """Collects addresses, and checks that what opens is closed."""

    def __init__(self):
        super().__init__()
        self.found, self.open = [], []

    def handle_starttag(self, tag, attrs):
        self.found += [value for name, value in attrs if name == "href"]
        assert "style" not in dict(attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag


def exhibit(tmp_path, key, port, profiles=("api",), **links):
    manifest = Manifest(tmp_path / f"{key}_blog", key.title(), profiles, {}, (), links)
    return Exhibit(manifest, port)


@pytest.fixture
def page(tmp_path):
    return render(
        [
            exhibit(tmp_path, "small", 8001, Admin="/admin/"),
            exhibit(tmp_path, "large", 8002, profiles=("api", "web")),
        ],
        USERS,
    )


@pytest.fixture
def client(page):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with (
        StartPage(port, page),
        httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client,
    ):
        yield client


def test_it_leads_to_all_there_is(page):
    parser = Links()
    parser.feed(page)
    assert not parser.open
    assert {
        "http://127.0.0.1:8001/api/docs",
        "http://127.0.0.1:8001/admin/",
        "http://127.0.0.1:8002/api/docs",
        "http://127.0.0.1:8002/",
    } <= set(parser.found)
    assert "http://127.0.0.1:8001/" not in parser.found


def test_it_names_accounts_and_shows_text_as_text(page):
    assert "ann" in page
    assert "&lt;north&gt;" in page
    assert "<north>" not in page
    assert "$" not in page.replace("$(", "").replace("$port", "").replace("$T", "")


@pytest.mark.parametrize("path", ["/", "/style.css", "/icon.svg", "/?a=b"])
def test_what_it_is_made_of_is_served(client, path):
    response = client.get(path)
    assert response.status_code == 200
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    head = client.head(path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Length"] == str(len(response.content))


def test_it_refers_only_to_what_is_served(client, page):
    parser = Links()
    parser.feed(page)
    own = [link for link in parser.found if link.startswith("/")]
    assert own
    assert {client.get(link).status_code for link in own} == {200}


@pytest.mark.parametrize("path", ["/nothing", "/../demo.py", "/page.html"])
def test_nothing_else_is_served(client, path):
    assert client.get(path).status_code == 404
