"""Where messages of HTTP/1.1 end: all that a balancer has to understand of them.

What it does not understand, and what is the last on its connection anyway, has no end
of its own: whoever passes it on does so until one side ends the connection.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Generator

from quintet_conformance.framing import (
    CHUNK,
    END_OF_HEAD,
    END_OF_LINE,
    FIELD,
    LONGEST_HEAD,
    STATUS_LINE,
)

REQUEST_LINE = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+) [!-~\x80-\xff]+ HTTP/1\.1")
LONGEST_LENGTH = 18  # digits; the framework shall say what it thinks of more
CONTINUE, SWITCHING = 100, 101
WITHOUT_BODY = {204, 304}

Fields = dict[bytes, list[bytes]]
Course = Generator[None]


class EndlessError(Exception):
    """Where the message ends is unclear, or the end of the connection is its end."""


class Message(ABC):
    """Counts which of the bytes that arrive belong to one message."""

    def __init__(self) -> None:
        self.is_whole = False
        self.is_endless = False
        self._arrived = bytearray()
        self._course = self._follow()

    def feed(self, data: bytes) -> int:
        """Take the next bytes of the connection; tell how many are the message's."""
        if self.is_endless or self.is_whole:
            return len(data) if self.is_endless else 0
        self._arrived += data
        try:
            next(self._course)
        except StopIteration:
            self.is_whole = True
            return len(data) - len(self._arrived)
        except EndlessError:
            self.go_on()
        return len(data)

    def go_on(self) -> None:
        """Take everything from now on."""
        self.is_endless, self.is_whole = True, False
        self._arrived.clear()

    @abstractmethod
    def _follow(self) -> Course:
        """Pause whenever more bytes are needed; return at the end of the message."""

    def _head(self) -> Generator[None, None, tuple[bytes, Fields]]:
        first, *lines = (yield from self._until(END_OF_HEAD)).split(END_OF_LINE)
        fields: Fields = {}
        for line in lines:
            match = FIELD.fullmatch(line)
            if match is None:
                raise EndlessError
            fields.setdefault(match[1].lower(), []).append(match[2])
        return first, fields

    def _body(self, fields: Fields) -> Course:
        codings = fields.get(b"transfer-encoding", [])
        lengths = fields.get(b"content-length", [])
        if len(codings) + len(lengths) != 1:
            raise EndlessError
        (value,) = codings or lengths
        if codings and value.lower() == b"chunked":
            yield from self._chunks()
        elif lengths and value.isdigit() and len(value) <= LONGEST_LENGTH:
            yield from self._skip(int(value))
        else:
            raise EndlessError

    def _chunks(self) -> Course:
        while True:
            match = CHUNK.fullmatch((yield from self._until(END_OF_LINE)))
            if match is None:
                raise EndlessError
            size = int(match[1], 16)
            if not size:
                break
            yield from self._skip(size)
            if (yield from self._until(END_OF_LINE)):
                raise EndlessError
        while (yield from self._until(END_OF_LINE)):
            pass

    def _until(self, end: bytes) -> Generator[None, None, bytes]:
        while (place := self._arrived.find(end)) < 0:
            if len(self._arrived) > LONGEST_HEAD:
                raise EndlessError
            yield
        taken = bytes(self._arrived[:place])
        del self._arrived[: place + len(end)]
        return taken

    def _skip(self, count: int) -> Course:
        while count > len(self._arrived):
            count -= len(self._arrived)
            self._arrived.clear()
            yield
        del self._arrived[:count]


class Request(Message):
    """A request; which method it has is known when its head is whole."""

    method = b""

    def _follow(self) -> Course:
        first, fields = yield from self._head()
        match = REQUEST_LINE.fullmatch(first)
        if match is None or _is_last(fields):
            raise EndlessError
        self.method = match[1]
        if b"transfer-encoding" in fields or b"content-length" in fields:
            yield from self._body(fields)


class Answer(Message):
    """The answer to a request, with those before it that are not final."""

    def __init__(self, request: Request) -> None:
        super().__init__()
        self.request = request

    def _follow(self) -> Course:
        status, fields = yield from self._status_and_fields()
        while CONTINUE <= status < SWITCHING or SWITCHING < status < 200:
            status, fields = yield from self._status_and_fields()
        if status == SWITCHING:
            self.request.go_on()
            raise EndlessError
        if _is_last(fields):
            raise EndlessError
        if self.request.method != b"HEAD" and status not in WITHOUT_BODY:
            yield from self._body(fields)

    def _status_and_fields(self) -> Generator[None, None, tuple[int, Fields]]:
        first, fields = yield from self._head()
        match = STATUS_LINE.fullmatch(first)
        if match is None or match[1] == b"0":
            raise EndlessError
        return int(match[2]), fields


def _is_last(fields: Fields) -> bool:
    """Tell whether a message says that the connection ends after it."""
    return b"close" in b",".join(fields.get(b"connection", [])).lower()
