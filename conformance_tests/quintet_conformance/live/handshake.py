"""The handshake, which is noted and judged like every other request."""

import socket
from collections.abc import Mapping

import httpx
from websockets.exceptions import InvalidHandshake, InvalidStatus
from websockets.http11 import Response
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from quintet_conformance import names
from quintet_conformance.client import Connection
from quintet_conformance.exchanges import Exchange

PATIENCE = 10.0
CLOSING = 2.0
SMALLEST = 2_048  # bytes: a smaller buffer Linux does not make
SEGMENT = 536


class LiveError(AssertionError):
    """A socket does other than the specification says."""


class RefusedHandshakeError(LiveError):
    """The server does not take the handshake."""

    def __init__(self, response: httpx.Response) -> None:
        super().__init__(f"the handshake was refused with {response.status_code}")
        self.response = response


def open_socket(
    server: Connection,
    path: str,
    *,
    host: str = "",
    origin: str | None = None,
    headers: Mapping[str, str] | None = None,
    compression: str | None = "deflate",
    is_slow: bool = False,
) -> ClientConnection:
    """Shake hands as a browser does; what is slow hardly takes in what is sent to it.

    `host` is what the request names, whatever the server's address is.
    """
    __tracebackhide__ = True
    try:
        connection = connect(
            f"ws://{host or server.url.netloc.decode('ascii')}{path}",
            sock=_connected(server.url, is_slow=is_slow),
            origin=None if origin is None else Origin(origin),
            compression=compression,
            additional_headers={"X-Forwarded-For": names.address(), **(headers or {})},
            max_queue=0 if is_slow else None,
            open_timeout=PATIENCE,
            close_timeout=CLOSING,
            ping_interval=None,
            proxy=None,
            legacy=True,
        )
    except InvalidStatus as refused:
        response = _noted(server, path, refused.response)
        raise RefusedHandshakeError(response) from None
    except (InvalidHandshake, OSError, ValueError) as error:
        msg = f"the handshake failed: {error}"
        raise LiveError(msg) from error
    if connection.response:
        _noted(server, path, connection.response)
    return connection


def _connected(url: httpx.URL, *, is_slow: bool) -> socket.socket:
    connection = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    connection.settimeout(PATIENCE)
    if is_slow:
        # By the size of segments a kernel decides how much it keeps for a connection.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALLEST)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, SEGMENT)
    try:
        connection.connect((url.host, url.port or 80))
    except OSError as error:
        connection.close()
        raise httpx.ConnectError(str(error)) from error
    connection.settimeout(None)
    return connection


def _noted(server: Connection, path: str, answer: Response) -> httpx.Response:
    request = httpx.Request("GET", server.target(path))
    response = httpx.Response(
        answer.status_code,
        headers=list(answer.headers.raw_items()),
        content=bytes(answer.body),
        request=request,
    )
    server.note(Exchange(response))
    return response
