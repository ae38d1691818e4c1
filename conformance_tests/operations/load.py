"""People who write without a pause, and what they were told is stored."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Self, TypeVar

import httpx

from quintet_conformance import names
from quintet_conformance.operations import Client
from quintet_conformance.site import Member, Site

Json = Any
Outcome = TypeVar("Outcome")
Read = Callable[[Client, Json], httpx.Response]
PATIENCE = 20.0
PAUSE = 0.05  # after what went wrong, so that nobody turns round and round


@dataclass(frozen=True)
class Write:
    """A write that was answered with success: how to read it, and what is there."""

    member: Member
    answer: Json
    read: Read
    stored: Json

    def fault_at(self, site: Site) -> str:
        """Say what is not as it was answered, when it is read at this place."""
        client = Client(site.connection, headers=self.member.headers)
        response = self.read(client, self.answer)
        if response.status_code != 200:
            return f"{response.status_code} instead of {self.stored}"
        found = {name: response.json().get(name) for name in self.stored}
        return "" if found == self.stored else f"{found} instead of {self.stored}"


@dataclass
class Load:
    """Writers at one server, each a thread, from `with` to its end.

    An answer that breaks the contract ends its writer, and is raised in the end.
    """

    site: Site
    writers: int = 4
    written: list[Write] = field(default_factory=list)
    refused: list[httpx.Response] = field(default_factory=list)
    unanswered: list[httpx.TransportError] = field(default_factory=list)
    slowest: float = 0.0  # seconds until an answer

    def __post_init__(self) -> None:
        self._change, self._is_over = threading.Condition(), threading.Event()
        self.members = [self.site.new_member() for _ in range(self.writers)]
        self._threads = ThreadPoolExecutor(self.writers)
        self._work: list[Future[None]] = []

    def __enter__(self) -> Self:
        self._work = [self._threads.submit(self._write, who) for who in self.members]
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._threads.shutdown()
        for each in self._work:
            each.result()

    def wait_for_writes(self, count: int) -> None:
        """Wait until so many more writes were answered with success."""
        self._wait_for_more(lambda: len(self.written), count)

    def wait_for_recovery(self, count: int) -> None:
        """Wait for so many writes, then see as many more of which none is refused."""
        self.wait_for_writes(count)
        refused = len(self.refused)
        self.wait_for_writes(count)
        assert len(self.refused) == refused

    def wait_for_trouble(self, count: int = 1) -> None:
        """Wait until so many more requests were refused or got no answer."""
        self._wait_for_more(lambda: len(self.refused) + len(self.unanswered), count)

    def faults_at(self, site: Site) -> list[str]:
        """Name each write that was answered with success and is not there."""
        assert self.written
        written = list(self.written)  # which may grow meanwhile
        return [fault for write in written if (fault := write.fault_at(site))]

    def _wait_for_more(self, number: Callable[[], int], count: int) -> None:
        with self._change:
            wanted = number() + count
            is_reached = self._change.wait_for(lambda: number() >= wanted, PATIENCE)
        assert is_reached, (
            f"{len(self.written)} writes; refused: {self.refused[-3:]}; "
            f"unanswered: {self.unanswered[-3:]}"
        )

    def _write(self, member: Member) -> None:
        while not self._is_over.is_set():
            try:
                self._write_some(member)
            except httpx.TransportError as error:
                self._note(self.unanswered, error)
                self._is_over.wait(PAUSE)

    def _write_some(self, member: Member) -> None:
        began = time.monotonic()
        for response, read, stored in _writes(member):
            self.slowest = max(self.slowest, time.monotonic() - began)
            if not response.is_success:
                self._note(self.refused, response)
                self._is_over.wait(PAUSE)
                return
            answer = response.json() if response.content else None
            self._note(self.written, Write(member, answer, read, stored))
            if self._is_over.is_set():
                return
            began = time.monotonic()

    def _note(self, outcomes: list[Outcome], outcome: Outcome) -> None:
        with self._change:
            outcomes.append(outcome)
            self._change.notify_all()


def _writes(member: Member) -> Iterator[tuple[httpx.Response, Read, Json]]:
    """A to-do, a post, a comment on it and a like: each only after the one before."""
    todo = {"title": names.title(), "notes": names.word()}
    yield member.create_todo(**todo), lambda client, it: client.get_todo(it["id"]), todo

    post = {"title": names.title(), "tags": sorted([names.tag(), names.tag()])}
    response = member.create_post(**post, body=names.word(), status="published")
    yield response, lambda client, it: client.get_post(it["slug"]), post

    slug, text = response.json()["slug"], {"body": names.word()}
    yield (
        member.create_comment(slug, **text),
        lambda client, it: client.get_comment(slug, it["id"]),
        text,
    )
    yield (
        member.like_post(slug),
        lambda client, _: client.get_post(slug),
        {"likes_count": 1, "is_liked": True},
    )
