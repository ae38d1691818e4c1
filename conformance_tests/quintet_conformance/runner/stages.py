"""What the runner sees of an implementation: each stage is a check of its own."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from quintet_conformance.outcomes import FAILED, PASSED
from quintet_conformance.runner.processes import CommandFailedError, ServerFailedError


class StageFailedError(Exception):
    """What all later stages need did not come about."""


class Stages:
    """Says what is going on, and keeps the outcome of each stage."""

    def __init__(self, run: str) -> None:
        self.run = run
        self.checks: list[dict[str, object]] = []

    def say(self, text: str) -> None:
        print(f"[{self.run}] {text}", flush=True)

    def record(self, name: str, fault: str = "", seconds: float = 0.0) -> None:
        self.checks.append(
            {
                "id": f"runner::{name}",
                "outcome": FAILED if fault else PASSED,
                "reason": fault.partition("\n")[0],
                "detail": fault,
                "seconds": round(seconds, 3),
                "negative": False,
                "requirements": [],
                "exchanges": [],
            }
        )
        if fault:
            self.say(f"FAILED {name}: {fault}")

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Run a stage; when it fails the others are not reached."""
        self.say(name)
        began = time.monotonic()
        try:
            yield
        except (CommandFailedError, ServerFailedError) as error:
            self.record(name, str(error))
            raise StageFailedError(name) from error
        self.record(name, seconds=time.monotonic() - began)
