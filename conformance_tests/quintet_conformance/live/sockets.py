"""Open sockets as tests listen to them: each wait for the server has an end."""

import json
from collections.abc import Iterable
from contextlib import ExitStack, suppress
from typing import Any, Self
from urllib.parse import quote

import httpx
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection

from quintet_conformance.client import Connection
from quintet_conformance.live.handshake import (
    PATIENCE,
    LiveError,
    RefusedHandshakeError,
    open_socket,
)

SECOND = 1.0  # within which a change is told, counted from the answer to it
SHOWN = 300

Json = Any
Message = str | bytes


class LiveSocket:
    """The socket of a post, open until either side ends it."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    def take(self, within: float = SECOND) -> Json:
        """Wait for the next frame, which has to be JSON text; give what it says."""
        __tracebackhide__ = True
        try:
            frame = self.connection.recv(within)
        except (ConnectionClosed, TimeoutError):
            raise LiveError(self._state(within)) from None
        if isinstance(frame, bytes):
            msg = f"expected text, got {len(frame)} bytes"
            raise LiveError(msg)
        try:
            return json.loads(frame)
        except ValueError as error:
            msg = f"expected JSON, got {frame[:SHOWN]!r}"
            raise LiveError(msg) from error

    def expect(self, event: Json, within: float = SECOND) -> None:
        """Expect this to be what comes next."""
        __tracebackhide__ = True
        try:
            found = self.take(within)
        except LiveError as error:
            msg = f"expected {_shown(event)}: {error}"
            raise LiveError(msg) from None
        if found != event:
            msg = f"expected {_shown(event)}, got {_shown(found)}"
            raise LiveError(msg)

    def expect_closed(self, code: int, within: float = SECOND) -> None:
        """Expect that nothing comes but the end, with this code."""
        __tracebackhide__ = True
        with suppress(ConnectionClosed, TimeoutError):
            found = self.connection.recv(within)
            msg = f"expected the end with {code}, got {found[:SHOWN]!r}"
            raise LiveError(msg)
        if self.code != code:
            msg = f"expected the end with {code}: {self._state(within)}"
            raise LiveError(msg)

    def send(self, message: Message | Iterable[Message]) -> None:
        """Send a message; several parts are its fragments.

        A server may refuse before it has read everything: how, the test sees next.
        """
        with suppress(ConnectionClosed):
            self.connection.send(message)

    def ping(self) -> None:
        """Expect the server to read and to answer, with nothing left to tell before."""
        __tracebackhide__ = True
        self.send('{"type":"ping"}')
        self.expect({"type": "pong"}, within=PATIENCE)

    @property
    def is_packed(self) -> bool:
        """Whether the server agreed that messages are compressed."""
        return bool(self.connection.protocol.extensions)

    @property
    def code(self) -> int | None:
        """The code with which the server ended it; None while it is open."""
        told = self.connection.protocol.close_rcvd
        return told.code if told else self.connection.close_code

    def _state(self, waited: float) -> str:
        if self.code is None:
            return f"nothing came within {waited:g} s, and the socket is open"
        return f"the socket was ended with {self.code}"


class Live:
    """The live comments of one server; in the end its sockets are closed."""

    def __init__(self, server: Connection) -> None:
        self.server = server
        self._sockets = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._sockets.close()

    def follow(self, slug: object, **options: Any) -> LiveSocket:
        """Open a socket of a post, with the options of `open_socket`."""
        __tracebackhide__ = True
        connection = open_socket(self.server, path_of(slug), **options)
        self._sockets.callback(connection.close)
        return LiveSocket(connection)

    def refusal(self, slug: object, **options: Any) -> httpx.Response:
        """Expect the handshake to be refused; give the answer."""
        __tracebackhide__ = True
        try:
            self.follow(slug, **options)
        except RefusedHandshakeError as refused:
            return refused.response
        msg = "expected a refusal, the handshake was taken"
        raise LiveError(msg)


def path_of(slug: object) -> str:
    return f"/ws/posts/{quote(str(slug), safe='%')}"


def _shown(event: Json) -> str:
    return json.dumps(event, ensure_ascii=False)[:SHOWN]
