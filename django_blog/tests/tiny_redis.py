"""As much of Redis as events need, to be started and stopped in a test."""

import asyncio
from fnmatch import fnmatch


class TinyRedis:
    def __init__(self) -> None:
        self.port = 0
        self.is_silent = False
        self.patterns: dict[asyncio.StreamWriter, str] = {}
        self.connections: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}?protocol=2"

    async def start(self) -> None:
        self.server = await asyncio.start_server(self.serve, "127.0.0.1", self.port)
        self.port = self.server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        self.server.close()
        for connection in self.connections:
            connection.cancel()
        await asyncio.gather(*self.connections, return_exceptions=True)

    async def serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        task = asyncio.current_task()
        assert task
        self.connections.add(task)
        try:
            while command := await read_command(reader):
                if not self.is_silent:
                    writer.write(self.answer(writer, *command))
        finally:
            self.connections.discard(task)
            self.patterns.pop(writer, None)
            writer.close()

    def answer(self, writer: asyncio.StreamWriter, name: str, *arguments: str) -> bytes:
        if name == "PSUBSCRIBE":
            self.patterns[writer] = arguments[0]
            return b"*3" + bulk("psubscribe", arguments[0]) + b"\r\n:1\r\n"
        if name == "PUBLISH":
            self.publish(*arguments)
            return b":1\r\n"
        if name == "PING" and writer in self.patterns:
            return b"*2" + bulk("pong", "") + b"\r\n"
        return b"+OK\r\n"

    def publish(self, channel: str, payload: str) -> None:
        for writer, pattern in self.patterns.items():
            if fnmatch(channel, pattern):
                message = bulk("pmessage", pattern, channel, payload)
                writer.write(b"*4" + message + b"\r\n")


def bulk(*texts: str) -> bytes:
    encoded = (text.encode() for text in texts)
    return b"".join(b"\r\n$%d\r\n%s" % (len(text), text) for text in encoded)


async def read_command(reader: asyncio.StreamReader) -> list[str]:
    """None of its parts when the connection has ended."""
    try:
        parts = []
        for _ in range(int((await reader.readuntil(b"\r\n"))[1:])):
            length = int((await reader.readuntil(b"\r\n"))[1:])
            parts.append((await reader.readexactly(length + 2))[:-2].decode())
    except (asyncio.IncompleteReadError, ConnectionError):
        return []
    return parts
