"""A WebSocket client that runs in the event loop of the test.

That of Channels cannot be imported without its server, daphne.
"""

import asyncio
import json
from typing import Any, Self

from asgiref.testing import ApplicationCommunicator

from blog.urls import sockets
from common.sockets import Handshakes

SECONDS = 5


class Socket:
    def __init__(self, path: str, **headers: str) -> None:
        fields = {"host": "blog.test", **headers}
        encoded = [(k.encode(), v.encode("latin-1")) for k, v in fields.items()]
        scope = {"type": "websocket", "path": path, "headers": encoded}
        self.client = ApplicationCommunicator(Handshakes(sockets), scope)

    async def __aenter__(self) -> Self:
        await self.client.send_input({"type": "websocket.connect"})
        self.handshake = await self.message()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.client.send_input({"type": "websocket.disconnect", "code": 1005})
        await self.client.wait(SECONDS)

    async def message(self) -> Any:
        return await self.client.receive_output(SECONDS)

    async def frame(self) -> Any:
        message = await self.message()
        assert message["type"] == "websocket.send", message
        return json.loads(message["text"])

    async def close_code(self) -> Any:
        """Nothing else may come before."""
        message = await self.message()
        assert message["type"] == "websocket.close", message
        return message["code"]

    async def ask(self, **message: str | bytes) -> Any:
        """Sends `text` or `bytes`; what was sent before is answered before."""
        await self.client.send_input({"type": "websocket.receive", **message})
        return await self.frame()

    async def is_quiet(self) -> bool:
        """Whether nothing was waiting to be sent."""
        return bool(await self.ask(text='{"type":"ping"}') == {"type": "pong"})


class SlowSocket(Socket):
    """Holds one message of the server's, and makes it wait with the next."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.client._output_queue = asyncio.Queue(maxsize=1)
