"""Serial and last tests, in one process or in many."""

import tempfile
from collections.abc import Generator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from quintet_conformance.exclusive import Turns

LOCKS = "conformance_locks"


class Scheduling:
    """Gives each test its turn."""

    def __init__(self, config: pytest.Config) -> None:
        self._own: tempfile.TemporaryDirectory[str] | None = None
        self.turns: Turns | None = None
        if given := getattr(config, "workerinput", {}).get(LOCKS):
            self.turns = Turns(Path(given))
        else:
            self._own = tempfile.TemporaryDirectory(prefix="conformance-")

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:  # xdist publishes no types
        if self._own:
            node.workerinput[LOCKS] = self._own.name

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(
        self, item: pytest.Item
    ) -> Generator[None, object, object]:
        if self.turns is None:
            return (yield)
        with self._turn_of(self.turns, item):
            return (yield)

    def pytest_unconfigure(self) -> None:
        if self.turns:
            self.turns.close()
        if self._own:
            self._own.cleanup()

    @staticmethod
    def _turn_of(turns: Turns, item: pytest.Item) -> AbstractContextManager[None]:
        if item.get_closest_marker("last"):
            return turns.last()
        if item.get_closest_marker("serial"):
            return turns.serial()
        return turns.ordinary()
