"""A small specification and a small server, for the suite to be tried on."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml
from small import HEADERS, OPENAPI, REQUIREMENTS

from quintet_conformance.contract import Contract, entity_tag
from quintet_conformance.openapi import Document

pytest_plugins = ["pytester"]


@pytest.fixture(scope="session")
def document() -> Document:
    return Document(yaml.safe_load(OPENAPI))


@pytest.fixture
def contract(document: Document) -> Contract:
    return Contract(document)


@pytest.fixture(scope="session")
def small_spec(tmp_path_factory: pytest.TempPathFactory) -> Path:
    spec = tmp_path_factory.mktemp("spec")
    (spec / "requirements").mkdir()
    (spec / "openapi.yaml").write_text(OPENAPI, encoding="utf-8")
    (spec / "requirements" / "posts.md").write_text(REQUIREMENTS, encoding="utf-8")
    return spec


POSTS = {
    "/api/v1/posts/known": b'{"slug":"known","title":"Known"}',
    "/api/v1/posts/broken": b'{"slug":"broken"}',
}
UNNAMED = "/api/v1/posts/unnamed-"


class SmallBlog(BaseHTTPRequestHandler):
    """Knows two posts; the answer with the second breaks the contract.

    What stands before it refuses `unnamed-400` with 400, and so on.
    """

    protocol_version = "HTTP/1.1"
    server_version, sys_version = "small", ""

    def do_GET(self) -> None:  # the name that http.server looks for
        if self.path in POSTS:
            body = POSTS[self.path]
            tag = entity_tag(body)
            fields = {"ETag": tag, "Cache-Control": "no-cache"}
            self._answer(200, body, {**fields, "Content-Type": "application/json"})
        elif self.path.startswith(UNNAMED):
            self.send_response(int(self.path.removeprefix(UNNAMED)))
            self.send_header("Content-Length", "0")
            self.end_headers()
        else:
            problem = {
                "type": "about:blank",
                "title": "Not Found",
                "status": 404,
                "detail": "There is no such thing.",
                "code": "not_found",
            }
            body = json.dumps(problem, separators=(",", ":")).encode()
            fields = {"Content-Type": "application/problem+json"}
            self._answer(404, body, {**fields, "Cache-Control": "no-store"})

    def log_message(self, *_: Any) -> None:
        """Keep the output of the tests clean."""

    def _answer(self, status: int, body: bytes, fields: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {
            **HEADERS,
            **fields,
            "Content-Length": str(len(body)),
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), SmallBlog)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
