"""Readers who have a post open while its server is told to stop."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from quintet_conformance import wire

PATIENCE = 10.0
SWITCHED = b"HTTP/1.1 101 "
HANDSHAKE = (
    ("Connection", "Upgrade"),
    ("Upgrade", "websocket"),
    ("Sec-WebSocket-Version", "13"),
    ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
)


class NoReaderError(Exception):
    """No post could be followed."""


@contextmanager
def readers(url: str) -> Iterator[None]:
    """Follow the newest post twice: with a browser, and with one that hears nothing."""
    server = httpx.URL(url)
    address = server.netloc.decode("ascii")
    try:
        path = f"/ws/posts/{_newest_slug(url)}"
        browser = connect(
            f"ws://{address}{path}", open_timeout=PATIENCE, proxy=None, legacy=True
        )
    except (WebSocketException, OSError) as error:
        msg = f"no post can be followed: {error}"
        raise NoReaderError(msg) from error
    with browser, socket.create_connection((server.host, server.port or 80)) as deaf:
        deaf.settimeout(PATIENCE)
        deaf.sendall(wire.head("GET", path, [("Host", address), *HANDSHAKE]))
        if not deaf.recv(len(SWITCHED)).startswith(SWITCHED):
            msg = f"a second handshake for {path} was refused"
            raise NoReaderError(msg)
        yield


def _newest_slug(url: str) -> str:
    try:
        response = httpx.get(f"{url}/api/v1/posts?limit=1", trust_env=False)
        response.raise_for_status()
    except httpx.HTTPError as error:
        msg = f"the posts cannot be read: {error}"
        raise NoReaderError(msg) from error
    posts = response.json()["items"]
    if not posts:
        msg = "there is no post to follow"
        raise NoReaderError(msg)
    return str(posts[0]["slug"])
