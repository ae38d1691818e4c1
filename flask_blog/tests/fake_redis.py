"""As much of Redis as pub/sub takes, which a test can stop and start again."""

import socket
from contextlib import suppress
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread
from typing import BinaryIO, Self, cast


class FakeRedis:
    def __init__(self) -> None:
        self.listeners: list[socket.socket] = []
        self.is_silent = False
        self._port = 0
        self._connections: list[socket.socket] = []

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self._port}/0?protocol=2"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        redis = self

        class Handler(StreamRequestHandler):
            def handle(self) -> None:
                with suppress(OSError):
                    redis.serve(self.connection, cast("BinaryIO", self.rfile))
                redis.forget(self.connection)

        class Server(ThreadingTCPServer):
            allow_reuse_address = True

        self._server = Server(("127.0.0.1", self._port), Handler)
        self._port = self._server.server_address[1]
        self._serving = Thread(target=self._server.serve_forever, args=(0.01,))
        self._serving.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._serving.join()
        for connection in list(self._connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._server.server_close()  # waits for its threads

    def forget(self, connection: socket.socket) -> None:
        self._connections.remove(connection)
        if connection in self.listeners:
            self.listeners.remove(connection)

    def serve(self, connection: socket.socket, sent: BinaryIO) -> None:
        self._connections.append(connection)
        while line := sent.readline():
            words = [self._read_word(sent) for _ in range(int(line[1:]))]
            if not self.is_silent:
                connection.sendall(self._answer(connection, words))

    def _read_word(self, sent: BinaryIO) -> bytes:
        length = int(sent.readline()[1:])
        return sent.read(length + 2)[:-2]

    def _answer(self, connection: socket.socket, words: list[bytes]) -> bytes:
        match words:
            case [b"PSUBSCRIBE", pattern]:
                self.listeners.append(connection)
                return _array(b"psubscribe", pattern) + b":1\r\n"
            case [b"PUBLISH", channel, payload]:
                return b":%d\r\n" % self.publish(channel, payload)
            case [b"PING", text]:
                return b"*2\r\n" + _bulk(b"pong") + _bulk(text)
            case _:
                return b"+OK\r\n"

    def publish(self, channel: bytes, payload: bytes) -> int:
        parts = (b"pmessage", b"quintet:posts:*", channel, payload)
        message = b"*4\r\n" + b"".join(map(_bulk, parts))
        for listener in list(self.listeners):
            listener.sendall(message)
        return len(self.listeners)


def _bulk(text: bytes) -> bytes:
    return b"$%d\r\n%s\r\n" % (len(text), text)


def _array(*first_two: bytes) -> bytes:
    return b"*3\r\n" + b"".join(map(_bulk, first_two))
