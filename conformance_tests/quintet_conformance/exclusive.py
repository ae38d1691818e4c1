"""Lets a test run alone although several processes run tests.

Three locks on files that all processes share. Ordinary tests hold `room` together, a
serial one holds it by itself; `gate` keeps a waiting serial test from being overtaken
for ever. Each process holds `presence` until it comes to a last test, which then waits
for the others to be through.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Turns:
    """The locks as one process of the run sees them."""

    def __init__(self, directory: Path) -> None:
        self._gate = (directory / "gate").open("w")
        self._room = (directory / "room").open("w")
        self._presence = (directory / "presence").open("w")
        fcntl.flock(self._presence, fcntl.LOCK_SH)

    @contextmanager
    def ordinary(self) -> Iterator[None]:
        with self._in_room(fcntl.LOCK_SH):
            yield

    @contextmanager
    def serial(self) -> Iterator[None]:
        with self._in_room(fcntl.LOCK_EX):
            yield

    @contextmanager
    def last(self) -> Iterator[None]:
        fcntl.flock(self._presence, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self._presence, fcntl.LOCK_UN)

    def close(self) -> None:
        for file in (self._gate, self._room, self._presence):
            file.close()

    @contextmanager
    def _in_room(self, kind: int) -> Iterator[None]:
        fcntl.flock(self._gate, fcntl.LOCK_EX)
        fcntl.flock(self._room, kind)
        fcntl.flock(self._gate, fcntl.LOCK_UN)
        try:
            yield
        finally:
            fcntl.flock(self._room, fcntl.LOCK_UN)
