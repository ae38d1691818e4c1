"""Somebody who reads nothing delays nobody, and is let go in the end."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import pytest

from quintet_conformance.comments import comment_on
from quintet_conformance.live.handshake import PATIENCE, LiveError
from quintet_conformance.live.helpers import created
from quintet_conformance.live.sockets import SECOND, Live, LiveSocket
from quintet_conformance.operations import Client
from quintet_conformance.site import Member, Site

QUEUE = 100  # frames that may wait for a reader
# What is between the queue and a reader who takes nothing, programs and kernels, holds
# some fifty frames of 20 kB more: a kernel remembers an address that was much used, and
# then keeps more for it.
ENOUGH = QUEUE + 150
LONGEST = 5_000
FEW = 10
TRY_AGAIN_LATER = 1013
KEPT_ELSEWHERE = "it keeps more for a slow reader than is sent here"

Commenters = list[Member]


@dataclass(frozen=True)
class Course:
    """How long the others waited, and what came of the one who did not read."""

    answers: list[float]
    delays: list[float]
    taken: int
    code: int | None


def body(length: int) -> str:
    """Text of four bytes a character, which does not repeat itself."""
    return "".join(chr(0x20000 + byte) for byte in secrets.token_bytes(length))


def write(slug: str, client: Client, attentive: LiveSocket) -> tuple[float, float]:
    """Comment; give the seconds until the answer, and from there to the event."""
    began = time.monotonic()
    comment = comment_on(slug, client, body(LONGEST))
    answered = time.monotonic()
    attentive.expect(created(comment), PATIENCE)
    return answered - began, time.monotonic() - answered


def read_on(socket: LiveSocket) -> int:
    """Count what is still to be had until the end."""
    taken = 0
    while True:
        try:
            socket.take(SECOND)
        except LiveError:
            return taken
        taken += 1


@pytest.fixture(scope="module")
def run_course(
    site: Site, followed_author: Member, bystanders: Callable[[int], Commenters]
) -> Callable[[], Course]:
    """Write while one does not read; it is done once."""

    @cache
    def course() -> Course:
        slug, writers = str(site.new_post(followed_author)["slug"]), bystanders(4)
        with Live(site.connection) as live:
            slow = live.follow(slug, compression=None, is_slow=True)
            attentive = live.follow(slug)
            times = [
                write(slug, writers[number % len(writers)], attentive)
                for number in range(ENOUGH)
            ]
            answers, delays = (sorted(each) for each in zip(*times, strict=True))
            return Course(answers, delays, read_on(slow), slow.code)

    return course


@pytest.mark.serial
@pytest.mark.requirement("LIVE-13")
def test_the_others_are_told_within_a_second(run_course: Callable[[], Course]) -> None:
    slowest = run_course().delays[-1]
    assert slowest <= SECOND, f"an event came {slowest:.2f} s after the answer"


@pytest.mark.serial
@pytest.mark.requirement("LIVE-13")
def test_who_writes_does_not_wait_for_them(run_course: Callable[[], Course]) -> None:
    """But for a few times, when a machine may have had something else to do."""
    usual = run_course().answers[:-FEW]
    assert usual[-1] <= SECOND, f"an answer came after {usual[-1]:.2f} s, as others did"


@pytest.mark.serial
@pytest.mark.direct(KEPT_ELSEWHERE)
@pytest.mark.requirement("LIVE-13")
def test_who_reads_nothing_is_let_go(run_course: Callable[[], Course]) -> None:
    course = run_course()
    assert course.taken < ENOUGH, f"{ENOUGH} frames were kept for who did not read"
    assert course.code is not None, "the socket is open although frames are missing"


@pytest.mark.serial
@pytest.mark.direct(KEPT_ELSEWHERE)
@pytest.mark.requirement("LIVE-14")
def test_who_reads_nothing_is_told_to_try_again_later(
    run_course: Callable[[], Course],
) -> None:
    assert run_course().code == TRY_AGAIN_LATER


@pytest.mark.serial
@pytest.mark.requirement("LIVE-13", "LIVE-06")
def test_who_is_a_little_behind_is_told_everything(
    live: Live, commenter: Member, followed: str
) -> None:
    slow = live.follow(followed, compression=None, is_slow=True)
    comments = [comment_on(followed, commenter, body(2_000)) for _ in range(QUEUE - 10)]
    for comment in comments:
        slow.expect(created(comment))
