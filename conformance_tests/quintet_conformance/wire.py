"""Requests written byte by byte, for what an HTTP library refuses to send."""

import http.client
import socket
from collections.abc import Iterable
from contextlib import suppress

import httpx

TIMEOUT = 10.0


def exchange(
    url: httpx.URL, method: str, parts: Iterable[bytes]
) -> httpx.Response | None:
    """Send the bytes and read one response; None when the server just closes.

    A server may answer and close before all was sent: what it answered counts.
    """
    request = httpx.Request(method, url)
    address = (url.host, url.port or 80)
    with socket.create_connection(address, timeout=TIMEOUT) as connection:
        with suppress(BrokenPipeError, ConnectionResetError):
            for part in parts:
                connection.sendall(part)
        return _read(connection, request)


def head(method: str, target: str, headers: Iterable[tuple[str, str]]) -> bytes:
    """Write a request line and header fields as given, without any check."""
    lines = [
        f"{method} {target} HTTP/1.1",
        *(f"{name}: {value}" for name, value in headers),
    ]
    return "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogateescape")


def chunked(chunks: Iterable[bytes]) -> bytes:
    """Write a body in chunks."""
    written = [b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks if chunk]
    return b"".join([*written, b"0\r\n\r\n"])


def _read(connection: socket.socket, request: httpx.Request) -> httpx.Response | None:
    answer = http.client.HTTPResponse(connection, method=request.method)
    try:
        answer.begin()
        body = answer.read()
    except (http.client.HTTPException, ConnectionError):
        return None
    finally:
        answer.close()
    # The body is already decoded; a length or coding left over would mislead httpx.
    headers = [
        (name, value)
        for name, value in answer.getheaders()
        if name.lower() not in {"transfer-encoding", "content-encoding"}
    ]
    return httpx.Response(answer.status, headers=headers, content=body, request=request)
