"""A WebSocket client that runs in the event loop of the test.

Starlette's TestClient brings a loop of its own, in which the database is a stranger.
"""

import asyncio
import json
from typing import Any, Self

from fastapi import FastAPI
from starlette.types import Message

SECONDS = 5


class Socket:
    """Holds one message that the application sent, and makes it wait with the next."""

    def __init__(self, app: FastAPI, path: str, **headers: str) -> None:
        fields = {"host": "blog.test", **headers}
        self.scope = {
            "type": "websocket",
            "scheme": "ws",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "root_path": "",
            "headers": [(k.encode(), v.encode("latin-1")) for k, v in fields.items()],
            "client": ("127.0.0.1", 50000),
            "server": ("blog.test", 80),
            "subprotocols": [],
            "extensions": {"websocket.http.response": {}},
        }
        self.app = app
        self.to_app: asyncio.Queue[Message] = asyncio.Queue()
        self.from_app: asyncio.Queue[Message] = asyncio.Queue(maxsize=1)

    async def __aenter__(self) -> Self:
        self.to_app.put_nowait({"type": "websocket.connect"})
        running = self.app(self.scope, self.to_app.get, self.from_app.put)
        self.task = asyncio.create_task(running)
        self.handshake = await self.message()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.to_app.put_nowait({"type": "websocket.disconnect", "code": 1005})
        async with asyncio.timeout(SECONDS):
            await self.task

    @property
    def is_open(self) -> bool:
        return self.handshake["type"] == "websocket.accept" and not self.task.done()

    async def message(self) -> Message:
        async with asyncio.timeout(SECONDS):
            return await self.from_app.get()

    async def frame(self) -> Any:
        message = await self.message()
        assert message["type"] == "websocket.send", message
        return json.loads(message["text"])

    async def close_code(self) -> int:
        """Nothing else may come before."""
        message = await self.message()
        assert message["type"] == "websocket.close", message
        code: int = message["code"]
        return code

    async def ask(self, **message: str | bytes) -> Any:
        """Sends `text` or `bytes`; what was sent before is answered before."""
        self.to_app.put_nowait({"type": "websocket.receive", **message})
        return await self.frame()

    async def is_quiet(self) -> bool:
        """Whether nothing was waiting to be sent."""
        return bool(await self.ask(text='{"type":"ping"}') == {"type": "pong"})
