"""Counts in this process, by many threads at once."""

import time
from itertools import chain

import pytest

from common.rate_limits import ThreadStorage
from tests.conftest import together


def test_no_count_is_given_twice() -> None:
    storage = ThreadStorage()

    def count(_number: int) -> list[int]:
        return [storage.incr("key", 60) for _ in range(200)]

    counts = together(8, count)
    assert sorted(chain(*counts)) == list(range(1, 1601))
    assert storage.get("key") == 1600


def test_window_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    storage, now = ThreadStorage(), time.time()
    storage.incr("key", 60)
    assert now + 59 < storage.get_expiry("key") < now + 61
    monkeypatch.setattr(time, "time", lambda: now + 61)
    assert storage.get("key") == 0
    assert storage.incr("key", 60) == 1
    storage.clear("key")
    assert storage.incr("key", 60) == 1
    storage.reset()
    assert storage.get("key") == 0


def test_what_is_over_is_forgotten() -> None:
    storage = ThreadStorage()
    for number in range(5000):
        storage.incr(f"key {number}", 0)
    assert len(storage._windows) <= 1001
