"""As much of Redis as events need: something to publish to, and to lose."""

from contextlib import suppress

from tornado.iostream import IOStream, StreamClosedError
from tornado.locks import Condition
from tornado.tcpserver import TCPServer


def bulk(*parts: bytes) -> bytes:
    strings = (b"$%d\r\n%s\r\n" % (len(part), part) for part in parts)
    return b"*%d\r\n%s" % (len(parts), b"".join(strings))


class Redis(TCPServer):
    def __init__(self, port: int = 0) -> None:
        super().__init__()
        self.listen(port, "127.0.0.1")
        self.port = self._sockets[min(self._sockets)].getsockname()[1]
        self.url = f"redis://127.0.0.1:{self.port}?protocol=2"
        self.streams: set[IOStream] = set()
        self.listeners: dict[IOStream, bytes] = {}  # and what each listens to
        self.changed = Condition()
        self.is_silent = False

    async def handle_stream(self, stream: IOStream, address: object) -> None:
        self.streams.add(stream)
        with suppress(StreamClosedError):
            while True:
                command = await self.read(stream)
                if not self.is_silent:
                    await stream.write(self.answer(stream, command))
        self.streams.discard(stream)
        self.listeners.pop(stream, None)
        self.changed.notify_all()

    async def read(self, stream: IOStream) -> list[bytes]:
        count = int((await stream.read_until(b"\r\n"))[1:])
        parts = []
        for _ in range(count):
            length = int((await stream.read_until(b"\r\n"))[1:])
            parts.append((await stream.read_bytes(length + 2))[:-2])
        return parts

    def answer(self, stream: IOStream, command: list[bytes]) -> bytes:
        if command[0] == b"PUBLISH":
            return b":%d\r\n" % self.publish(*command[1:])
        if command[0] == b"PSUBSCRIBE":
            self.listeners[stream] = command[1]
            self.changed.notify_all()
            return b"*3\r\n$10\r\npsubscribe\r\n" + bulk(command[1])[4:] + b":1\r\n"
        if command[0] == b"PING" and stream in self.listeners:
            return bulk(b"pong", b"")
        return b"+OK\r\n"

    def publish(self, channel: bytes, payload: bytes) -> int:
        for stream, pattern in self.listeners.items():
            stream.write(bulk(b"pmessage", pattern, channel, payload))
        return len(self.listeners)

    async def wait_for_listeners(self, number: int) -> None:
        while len(self.listeners) != number:
            await self.changed.wait()

    def end(self) -> None:
        self.stop()
        for stream in tuple(self.streams):
            stream.close()
