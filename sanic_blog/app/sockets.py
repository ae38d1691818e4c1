"""How much of a WebSocket is read: no more than has been taken out of it."""

import asyncio
from collections.abc import Sequence
from typing import Any

from sanic.server.protocols.websocket_protocol import WebSocketProtocol
from sanic.server.websockets.impl import WebsocketImplProtocol as WebSocket

from app.request import Request

INVALID_TEXT = 1007
LAST_SECONDS = 2


class SocketProtocol(WebSocketProtocol):
    # Idiom: Sanic starts a task for each piece that comes, and reads on while messages
    # wait. When the socket is closed those tasks are left to wait for ever; and text
    # that is no UTF-8 ends one with a traceback, without a word to the client.
    __slots__ = ("_reading",)

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._reading: asyncio.Task[None] | None = None

    async def websocket_handshake(
        self, request: Request, subprotocols: Sequence[str] | None = None
    ) -> WebSocket:
        socket: WebSocket = await super().websocket_handshake(request, subprotocols)
        socket.can_pause = False  # That is done here.
        return socket

    def data_received(self, data: bytes) -> None:
        if self.websocket is None or self.transport is None:
            super().data_received(data)
            return
        self.transport.pause_reading()
        self._reading = self.loop.create_task(self._read(self.websocket, data))

    async def _read(self, socket: WebSocket, data: bytes) -> None:
        """Lasts until the handler has received the messages."""
        protocol = socket.ws_proto
        protocol.receive_data(data)
        answers, events = protocol.data_to_send(), protocol.events_received()
        try:
            await socket.async_data_received(answers, events)
        except UnicodeDecodeError:
            socket.fail_connection(INVALID_TEXT)
        if self.transport:
            self.transport.resume_reading()

    # Idiom: Sanic closes the sockets of a server that stops, and waits longer for those
    # who take nothing than for itself.
    def close_if_idle(self) -> bool:
        if self.websocket:
            self.loop.call_later(LAST_SECONDS, self.abort)
        return bool(super().close_if_idle())

    def connection_lost(self, exc: Exception | None) -> None:
        if self._reading:
            self._reading.cancel()
        super().connection_lost(exc)
