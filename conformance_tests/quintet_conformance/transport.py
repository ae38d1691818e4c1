"""HTTP/1.1 over sockets that are kept open: small, because every request pays for it.

It knows nothing of redirects, cookies and proxies, sends what it is given byte by byte,
and takes no answer that is not framed exactly as HTTP says. A general client, which
weighs all that each time, needs three times the processor time.
"""

import select
import socket
import time
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Self

import httpx

from quintet_conformance.framing import AnswerReader

TIMEOUT = 20.0
# Servers close what is idle for two seconds or more; a request must not meet that.
IDLE_SECONDS = 1.0
DEFAULTS = {
    "Accept": "*/*",
    "Accept-Encoding": "identity",
    "Connection": "keep-alive",
    "User-Agent": "quintet-conformance",
}

Headers = Mapping[str, str] | Sequence[tuple[bytes, bytes]]


class Transport:
    """Sends requests of many threads to one server, each on a connection by itself."""

    def __init__(self, url: httpx.URL) -> None:
        self._address = (url.host, url.port or 80)
        self._idle: deque[tuple[socket.socket, float]] = deque()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        while self._idle:
            self._idle.pop()[0].close()

    def request(
        self,
        method: str,
        url: httpx.URL,
        *,
        headers: Headers = (),
        content: bytes | None = None,
    ) -> httpx.Response:
        """Send a request and read the whole answer."""
        fields = httpx.Headers(DEFAULTS)
        fields.update(headers)
        request = httpx.Request(method, url, headers=fields, content=content)
        connection = self._connection()
        try:
            response, stays_open = _exchange(connection, request)
        except BaseException:
            connection.close()
            raise
        if stays_open:
            self._idle.append((connection, time.monotonic()))
        else:
            connection.close()
        return response

    def _connection(self) -> socket.socket:
        """Take the one used last, unless the server has closed it or soon may."""
        with suppress(IndexError):
            while True:
                connection, since = self._idle.pop()
                if time.monotonic() - since < IDLE_SECONDS and _is_quiet(connection):
                    return connection
                connection.close()
        try:
            connection = socket.create_connection(self._address, TIMEOUT)
        except OSError as error:
            raise httpx.ConnectError(str(error)) from error
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection


def _is_quiet(connection: socket.socket) -> bool:
    """Tell whether there is nothing to read: neither an end nor something unasked."""
    poll = select.poll()
    poll.register(connection, select.POLLIN)
    return not poll.poll(0)


def _exchange(
    connection: socket.socket, request: httpx.Request
) -> tuple[httpx.Response, bool]:
    try:
        # A server may refuse before it has read everything, and close.
        with suppress(BrokenPipeError, ConnectionResetError):
            connection.sendall(_head(request) + request.content)
        return AnswerReader(connection, request).read()
    except TimeoutError as error:
        msg = f"no whole answer within {TIMEOUT} s"
        raise httpx.ReadTimeout(msg, request=request) from error
    except OSError as error:
        raise httpx.ReadError(str(error), request=request) from error


def _head(request: httpx.Request) -> bytes:
    method, target = request.method.encode("ascii"), request.url.raw_path
    lines = [b"%b %b HTTP/1.1" % (method, target)]
    lines += [b"%b: %b" % field for field in request.headers.raw]
    return b"\r\n".join([*lines, b"", b""])
