"""Reads one answer from a connection, as strictly as RFC 9112 words it."""

import re
import socket
from typing import NoReturn

import httpx

AT_ONCE = 65_536
LONGEST_HEAD = 65_536
STATUS_LINE = re.compile(rb"HTTP/1\.([01]) ([1-5][0-9]{2})(?: ([\t -~\x80-\xff]*))?")
FIELD = re.compile(
    rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[\t ]*"
    rb"((?:[!-~\x80-\xff](?:[\t -~\x80-\xff]*[!-~\x80-\xff])?)?)[\t ]*"
)
CHUNK = re.compile(rb"([0-9A-Fa-f]{1,16})[\t ]*(?:;[\t -~\x80-\xff]*)?")
END_OF_LINE, END_OF_HEAD = b"\r\n", b"\r\n\r\n"

Fields = list[tuple[bytes, bytes]]


class AnswerReader:
    """Holds what arrived on a connection and was not used yet."""

    def __init__(self, connection: socket.socket, request: httpx.Request) -> None:
        self._connection = connection
        self._request = request
        self._arrived = bytearray()

    def read(self) -> tuple[httpx.Response, bool]:
        """Give the answer, and whether the connection may serve another request."""
        version, status, phrase, fields = self._head()
        while status < 200:
            version, status, phrase, fields = self._head()
        headers = httpx.Headers(fields)
        body, has_end = self._body(status, headers)
        response = httpx.Response(
            status,
            headers=headers,
            stream=httpx.ByteStream(body),
            request=self._request,
            extensions={"http_version": version, "reason_phrase": phrase},
        )
        if has_end and self._arrived:
            self._refuse(f"{len(self._arrived)} bytes follow the answer")
        response.read()
        closes = "close" in headers.get("Connection", "").lower()
        return response, has_end and version == b"HTTP/1.1" and not closes

    def _head(self) -> tuple[bytes, int, bytes, Fields]:
        lines = self._until(END_OF_HEAD).split(END_OF_LINE)
        first = STATUS_LINE.fullmatch(lines[0])
        if first is None:
            self._refuse(f"no status line: {lines[0]!r}")
        fields = [self._field(line) for line in lines[1:]]
        return b"HTTP/1." + first[1], int(first[2]), first[3] or b"", fields

    def _field(self, line: bytes) -> tuple[bytes, bytes]:
        match = FIELD.fullmatch(line)
        if match is None:
            self._refuse(f"no header field: {line!r}")
        return match[1], match[2]

    def _body(self, status: int, headers: httpx.Headers) -> tuple[bytes, bool]:
        """Read the body, and say whether it ended before the connection did."""
        if self._request.method == "HEAD" or status in {204, 304}:
            return b"", True
        coding, length = headers.get("Transfer-Encoding"), headers.get("Content-Length")
        if coding is not None:
            if coding.lower() != "chunked" or length is not None:
                self._refuse(f"framed as {coding!r} and {length!r}")
            return self._chunks(), True
        if length is None:
            return self._rest(), False
        if not (length.isascii() and length.isdigit()):
            self._refuse(f"the length is {length!r}")
        return self._exactly(int(length)), True

    def _chunks(self) -> bytes:
        body = bytearray()
        while size := self._size_of_chunk():
            body += self._exactly(size)
            if self._exactly(len(END_OF_LINE)) != END_OF_LINE:
                self._refuse("a chunk is longer than it says")
        while line := self._until(END_OF_LINE):
            self._field(line)
        return bytes(body)

    def _size_of_chunk(self) -> int:
        line = self._until(END_OF_LINE)
        match = CHUNK.fullmatch(line)
        if match is None:
            self._refuse(f"no size of a chunk: {line!r}")
        return int(match[1], 16)

    def _until(self, end: bytes) -> bytes:
        while (place := self._arrived.find(end)) < 0:
            if len(self._arrived) > LONGEST_HEAD:
                self._refuse("a head without an end")
            self._receive()
        return self._taken(place, len(end))

    def _exactly(self, count: int) -> bytes:
        while len(self._arrived) < count:
            self._receive()
        return self._taken(count)

    def _rest(self) -> bytes:
        while part := self._connection.recv(AT_ONCE):
            self._arrived += part
        return self._taken(len(self._arrived))

    def _receive(self) -> None:
        part = self._connection.recv(AT_ONCE)
        if not part:
            self._refuse(f"closed after {bytes(self._arrived[:80])!r}")
        self._arrived += part

    def _taken(self, count: int, skipped: int = 0) -> bytes:
        taken = bytes(self._arrived[:count])
        del self._arrived[: count + skipped]
        return taken

    def _refuse(self, fault: str) -> NoReturn:
        raise httpx.RemoteProtocolError(fault, request=self._request)
