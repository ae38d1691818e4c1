"""An implementation's pages in a real browser, and the pages of several compared."""

from collections.abc import Iterable, Iterator
from itertools import zip_longest
from pathlib import Path

from quintet_conformance.runner import services
from quintet_conformance.runner.conformance import run_suite
from quintet_conformance.runner.plan import SUITE, Plan
from quintet_conformance.runner.pytest_run import record
from quintet_conformance.runner.stages import StageFailedError, Stages
from quintet_conformance.runner.stand import set_up

TESTS = SUITE / "browser"
AT_LEAST = 2


def look(plan: Plan, stages: Stages) -> None:
    """Set the implementation up and look at it; pictures stay in the reports."""
    chromium = services.chromium()
    try:
        with set_up(plan, stages) as stand:
            stages.say("look")
            options = {
                "chromium": chromium,
                "screenshots": screenshots(plan.reports) / plan.manifest.key,
                "junitxml": plan.reports / "junit" / f"{plan.name}-tests.xml",
            }
            record("look", run_suite(plan, stand, TESTS, options), stages)
    except StageFailedError as failed:
        stages.say(f"given up at: {failed}")


def screenshots(reports: Path) -> Path:
    return reports / "screenshots"


def compare(reports: Path, keys: Iterable[str]) -> bool:
    """Tell whether the pages that were seen of several are the same."""
    seen = [key for key in keys if (screenshots(reports) / key).exists()]
    if len(seen) < AT_LEAST:
        print(f"nothing to compare: pages were seen of {', '.join(seen) or 'nobody'}")
        return False
    found = list(differences(reports, seen))
    print("\n".join(found) or f"the pages are the same: {', '.join(seen)}")
    return not found


def differences(reports: Path, keys: Iterable[str]) -> Iterator[str]:
    """Hold the outlines that the runs left against those of the first one."""
    folders = [screenshots(reports) / key for key in keys]
    first, *others = (folder for folder in folders if folder.exists())
    for other in others:
        names = {path.name for path in (*first.glob("*.txt"), *other.glob("*.txt"))}
        for name in sorted(names):
            yield from _difference(first / name, other / name)


def _difference(first: Path, other: Path) -> Iterator[str]:
    """Quote the first line in which two outlines differ."""
    ours, theirs = (_lines(path) for path in (first, other))
    for number, (one, two) in enumerate(zip_longest(ours, theirs), start=1):
        if one != two:
            yield (
                f"{first.stem}, line {number}:\n"
                f"  {first.parent.name}: {one}\n  {other.parent.name}: {two}"
            )
            return


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []
