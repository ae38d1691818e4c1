"""The table of the README: what each implementation fulfils and what it is made of.

Nothing in it is typed: the rules come from the reports of real runs, the counts from
the tree, the rest is measured. What does not depend on the machine or the moment can
be held against the README again at any time.
"""

import os
import platform
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from quintet_conformance import outcomes
from quintet_conformance.report import NO_TEST, WORST_FIRST, Run
from quintet_conformance.requirements import Requirement
from quintet_conformance.runner.databases import DATABASES
from quintet_conformance.runner.inventory import Inventory
from quintet_conformance.runner.measurement import STARTS, Measurement

BEGIN, END = "<!-- matrix:begin -->", "<!-- matrix:end -->"
ANYTHING = "\0"  # a cell, or the rest of a line, that is not compared
NOT_MEASURED = re.escape(ANYTHING)

Json = Any


@dataclass(frozen=True)
class Column:
    """What is known of one implementation."""

    inventory: Inventory
    results: list[Json] = field(default_factory=list)
    measurement: Measurement | None = None

    @property
    def title(self) -> str:
        manifest = self.inventory.manifest
        return f"[{manifest.name}]({manifest.directory.name}/README.md)"

    @property
    def runs(self) -> list[Run]:
        """Give the runs, if there are fresh ones of every database."""
        is_complete = len(self.results) == len(DATABASES)
        return [Run(content) for content in self.results] if is_complete else []

    def outcomes_of(self, requirements: Iterable[Requirement]) -> str:
        """Count the requirements by the worst that a run says of each."""
        if not self.runs:
            return ""
        found: Counter[str] = Counter()
        for requirement in requirements:
            told = {run.outcome_of(requirement) for run in self.runs}
            found[next((each for each in WORST_FIRST if each in told), NO_TEST)] += 1
        return ", ".join(f"{count} {outcome}" for outcome, count in found.items())

    def checks(self) -> str:
        tests = [check for run in self.runs for check in run.tests]
        passed = sum(check["outcome"] == outcomes.PASSED for check in tests)
        return f"{passed:,} of {len(tests):,} passed" if tests else ""


def render(
    columns: list[Column], requirements: list[Requirement], *, missing: str
) -> list[str]:
    """Write the lines between the marks; `missing` stands for what is not known."""
    titles = [column.title for column in columns]
    return [
        *_table(
            ["requirements", "rules", *titles], _results(columns, requirements, missing)
        ),
        "",
        *_table(["made of", *titles], _composition(columns, missing)),
        "",
        _circumstances(columns, missing),
    ]


def is_steady(results: Json) -> bool:
    """Whether another run would find the same.

    A broken SHOULD may be the moment's doing, and so may a window of time that a busy
    machine missed.
    """
    momentary = {outcomes.WARNING, outcomes.NOT_RUN}
    return all(check["outcome"] not in momentary for check in results["checks"])


def write(readme: Path, lines: list[str]) -> None:
    before, _, after = _parts(readme)
    block = "\n".join([BEGIN, *lines, END])
    readme.write_text(f"{before}{block}{after}", encoding="utf-8")


def faults_of_matrix(readme: Path, expected: list[str]) -> Iterator[str]:
    """Hold the table of the README against lines in which some cells may be open."""
    _, found, _ = _parts(readme)
    wanted = [re.escape(line).replace(NOT_MEASURED, "[^|]+") for line in expected]
    pairs = list(zip(wanted, found, strict=False))
    differing = [line for pattern, line in pairs if not re.fullmatch(pattern, line)]
    if differing or len(found) != len(expected):
        shown = differing[0] if differing else f"{len(found)} lines"
        yield f"{readme.name}: the matrix is stale, run `nox -s matrix`: {shown}"


def _parts(readme: Path) -> tuple[str, list[str], str]:
    text = readme.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    block, _, after = rest.partition(END)
    return before, block.strip("\n").split("\n"), after


def _results(
    columns: list[Column], requirements: list[Requirement], missing: str
) -> Iterator[list[str]]:
    testable = [each for each in requirements if not each.untestable]
    for group in dict.fromkeys(each.group for each in testable):
        members = [each for each in testable if each.group == group]
        found = [column.outcomes_of(members) or missing for column in columns]
        yield [group, str(len(members)), *found]
    found = [column.outcomes_of(testable) or missing for column in columns]
    yield ["**all**", str(len(testable)), *found]
    yield ["checks of them", "", *(column.checks() or missing for column in columns)]


def _composition(columns: list[Column], missing: str) -> Iterator[list[str]]:
    def row(label: str, tell: Callable[[Inventory], object]) -> list[str]:
        return [label, *(str(tell(column.inventory)) for column in columns)]

    yield row("framework", lambda own: own.framework)
    yield row("lines of Python", lambda own: f"{own.lines:,}")
    yield row("lines of its tests", lambda own: f"{own.test_lines:,}")
    yield row("dependencies named", lambda own: own.direct)
    yield row("packages installed", lambda own: len(own.locked))
    taken = [column.measurement for column in columns]
    yield ["start", *(f"{each.seconds:.1f} s" if each else missing for each in taken)]
    yield [
        "memory",
        *(f"{each.megabytes:.0f} MB" if each else missing for each in taken),
    ]


def _circumstances(columns: list[Column], missing: str) -> str:
    told = (
        "Lines are those that hold code, without migrations. Start is from the command "
        "to the first answer of /readyz, memory the proportional set size of all "
        "processes after some requests: one production worker, SQLite, median of "
        f"{STARTS} starts. Measured: "
    )
    if not all(column.measurement for column in columns):
        return told + missing
    today = datetime.now(UTC).date().isoformat()
    machine = f"{platform.system()} on {platform.machine()}, {os.cpu_count()} cores"
    return f"{told}{today}, Python {platform.python_version()}, {machine}."


def _table(head: list[str], rows: Iterable[list[str]]) -> Iterator[str]:
    for line in (head, ["---"] * len(head), *rows):
        yield f"| {' | '.join(line)} |"
