"""People who write on connections of their own until nobody takes calls any more."""

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Self

import httpx

from quintet_conformance import names, wire
from quintet_conformance.site import Member

WRITERS = 6
PATIENCE = 30.0
TARGET = "/api/v1/todos"


@dataclass
class Call:
    """A request that was sent to its end, and the whole answer, if one came."""

    sent: float
    answer: httpx.Response | None


@dataclass
class Hurry:
    """Writers of to-dos, from `with` on; each stops when it is not taken any more."""

    member: Member
    calls: list[Call] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.url = self.member.connection.url.copy_with(path=TARGET)
        self._change = threading.Condition()
        self._threads = ThreadPoolExecutor(WRITERS)

    def __enter__(self) -> Self:
        self._work = [self._threads.submit(self._write) for _ in range(WRITERS)]
        return self

    def __exit__(self, *_: object) -> None:
        for each in self._work:
            each.result(PATIENCE)
        self._threads.shutdown()

    def wait_for(self, count: int) -> None:
        with self._change:
            assert self._change.wait_for(lambda: len(self.calls) >= count, PATIENCE)

    def wait_until_refused(self) -> None:
        for each in self._work:
            each.result(PATIENCE)

    def _write(self) -> None:
        while (call := self._call()) is not None:
            with self._change:
                self.calls.append(call)
                self._change.notify_all()

    def _call(self) -> Call | None:
        """Give nothing when nobody listens."""
        call = Call(0.0, None)

        def parts() -> Iterator[bytes]:
            yield todo_request(self.member, {"title": names.title()})
            call.sent = time.monotonic()

        try:
            call.answer = wire.exchange(self.url, "POST", parts())
        except ConnectionRefusedError:
            return None
        return call


def todo_request(member: Member, todo: dict[str, str]) -> bytes:
    """Write a request that makes a to-do, byte by byte."""
    body = json.dumps(todo).encode()
    fields = [
        ("Host", member.connection.url.netloc.decode("ascii")),
        *member.headers.items(),
        ("Content-Type", "application/json"),
        ("Content-Length", str(len(body))),
    ]
    return wire.head("POST", TARGET, fields) + body
