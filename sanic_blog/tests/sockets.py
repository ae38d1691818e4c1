"""A WebSocket client, and what tests ask of it."""

import asyncio
import json
import socket
from collections.abc import Callable
from typing import Any, Self
from urllib.parse import quote

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from app.request import App

SECONDS = 5


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(SECONDS):
        while not is_so():  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.001)


class Socket:
    def __init__(
        self, app: App, path: str, *, is_slow: bool = False, **headers: str
    ) -> None:
        self.app = app
        self.url = f"ws://blog.test{quote(path)}"
        self.is_slow = is_slow
        self.headers = headers

    async def __aenter__(self) -> Self:
        self.connection = await connect(
            self.url, sock=self._connect(), additional_headers=self.headers
        )
        self.transport = self.connection.transport
        return self

    def _connect(self) -> socket.socket:
        connection = socket.socket()
        if self.is_slow:
            # By the size of segments a kernel decides how much it keeps.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)
        assert self.app.state.sock
        connection.connect(self.app.state.sock.getsockname())
        return connection

    async def __aexit__(self, *_: object) -> None:
        await self.connection.close()

    async def frame(self) -> Any:
        async with asyncio.timeout(SECONDS):
            return json.loads(await self.connection.recv())

    async def rest(self) -> tuple[list[Any], int | None]:
        """The frames until the end, and the code that it was closed with."""
        frames = []
        while True:
            try:
                frames.append(await self.frame())
            except ConnectionClosed as closed:
                return frames, closed.rcvd.code if closed.rcvd else None

    async def close_code(self) -> int | None:
        """Nothing else may come before."""
        frames, code = await self.rest()
        assert frames == []
        return code

    async def ask(self, message: str | bytes) -> Any:
        """What was sent before is answered before."""
        await self.connection.send(message)
        return await self.frame()

    async def is_quiet(self) -> bool:
        """Whether it is open, and nothing was waiting to be sent."""
        return bool(await self.ask('{"type":"ping"}') == {"type": "pong"})
