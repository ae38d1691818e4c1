"""A client that reads when asked to, which those of libraries do on their own."""

import json
import socket
from typing import Any

from wsproto import ConnectionType, WSConnection
from wsproto.events import (
    AcceptConnection,
    BytesMessage,
    CloseConnection,
    Event,
    Ping,
    Request,
    TextMessage,
)

SECONDS = 5
HANDSHAKE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version": "13",
}


class Follower:
    """Has opened the socket of a post."""

    def __init__(self, port: int, slug: str, **headers: str) -> None:
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.socket.settimeout(SECONDS)
        self.socket.connect(("127.0.0.1", port))
        self._protocol = WSConnection(ConnectionType.CLIENT)
        given = [(name.encode(), value.encode()) for name, value in headers.items()]
        host, path = f"127.0.0.1:{port}", f"/ws/posts/{slug}"
        self._tell(Request(host=host, target=path, extra_headers=given))
        assert isinstance(self._hear(), AcceptConnection)

    def _tell(self, event: Event) -> None:
        self.socket.sendall(self._protocol.send(event))

    def _hear(self) -> Event:
        while True:
            for event in self._protocol.events():
                if not isinstance(event, Ping):
                    return event
                self._tell(event.response())
            self._protocol.receive_data(self.socket.recv(65536) or None)

    def send(self, message: str | bytes) -> None:
        if isinstance(message, str):
            self._tell(TextMessage(message))
        else:
            self._tell(BytesMessage(message))

    def next_event(self) -> Any:
        text = ""
        while True:
            part = self._hear()
            assert isinstance(part, TextMessage)
            text += part.data
            if part.message_finished:
                return json.loads(text)

    def close_code(self) -> int:
        """Nothing else comes before, and then the server goes first."""
        closing = self._hear()
        assert isinstance(closing, CloseConnection)
        self._tell(closing.response())
        assert self.socket.recv(1) == b""
        self.socket.close()
        return closing.code
