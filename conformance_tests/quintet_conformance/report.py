"""All runs together: requirement by requirement, variant by variant."""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from quintet_conformance import outcomes
from quintet_conformance.page import render
from quintet_conformance.requirements import Requirement, load_requirements

NO_TEST = "no test"
UNTESTABLE = "untestable"
# What is told of a requirement when its checks disagree: the first of these.
WORST_FIRST = (
    outcomes.FAILED,
    outcomes.ERROR,
    outcomes.KNOWN_FAILURE,
    outcomes.WARNING,
    outcomes.NOT_RUN,
    outcomes.PASSED,
)

Json = Any


@dataclass(frozen=True)
class Run:
    """The results of one variant on one database."""

    content: Json

    @property
    def name(self) -> str:
        workers = self.content["workers"]
        suffix = f", {workers} workers" if workers else ""
        return f"{self.content['variant']}, {self.content['database']}{suffix}"

    @property
    def checks(self) -> list[Json]:
        found: list[Json] = self.content["checks"]
        return found

    @property
    def tests(self) -> list[Json]:
        """Give the checks that ask the server, without the runner's own."""
        return [check for check in self.checks if check["requirements"]]

    @cached_property
    def counts(self) -> Counter[str]:
        return Counter(check["outcome"] for check in self.checks)

    @property
    def negative(self) -> int:
        return sum(check["negative"] for check in self.checks)

    def checks_of(self, requirement: str) -> list[Json]:
        return [each for each in self.checks if requirement in each["requirements"]]

    def outcome_of(self, requirement: Requirement) -> str:
        if requirement.untestable:
            return UNTESTABLE
        found = {check["outcome"] for check in self.checks_of(requirement.id)}
        return next((each for each in WORST_FIRST if each in found), NO_TEST)

    def summary(self) -> Json:
        shown = ("variant", "title", "database", "workers", "python", "profiles")
        times = ("spec_version", "suite_version", "started", "seconds", "is_partial")
        return {
            "name": self.name,
            **{key: self.content.get(key) for key in (*shown, *times)},
            "unavailable": self.content["unavailable"],
            "is_passed": self.content["is_passed"],
            "checks": len(self.checks),
            "tests": len(self.tests),
            "negative": self.negative,
            **{outcome: self.counts[outcome] for outcome in outcomes.ALL},
        }


@dataclass(frozen=True)
class Report:
    """The runs of a folder of reports against the requirements."""

    runs: list[Run]
    requirements: list[Requirement]

    def as_json(self) -> Json:
        return {
            "generated": datetime.now(UTC).isoformat(timespec="seconds"),
            "runs": [run.summary() for run in self.runs],
            "requirements": [self._requirement(each) for each in self.requirements],
            "not_run": self._not_run(),
        }

    def _requirement(self, requirement: Requirement) -> Json:
        tests = {
            check["id"]: None
            for run in self.runs
            for check in run.checks_of(requirement.id)
        }
        return {
            "id": requirement.id,
            "level": requirement.level,
            "text": requirement.text,
            "group": requirement.group,
            "profile": requirement.profile,
            "untestable": requirement.untestable,
            "outcomes": {run.name: run.outcome_of(requirement) for run in self.runs},
            "checks": list(tests),
        }

    def _not_run(self) -> list[Json]:
        whole = [
            {"run": run.name, "check": "everything", "reason": reason}
            for run in self.runs
            if (reason := run.content["unavailable"])
        ]
        return whole + [
            {"run": run.name, "check": check["id"], "reason": check["reason"]}
            for run in self.runs
            for check in run.checks
            if check["outcome"] == outcomes.NOT_RUN
        ]


def read_report(reports: Path, spec: Path) -> Report:
    """Read the results of all runs that a folder holds."""
    contents = [json.loads(path.read_text("utf-8")) for path in reports.glob("*.json")]
    runs = [Run(content) for content in contents if "variant" in content]
    requirements = load_requirements(spec / "requirements")
    return Report(sorted(runs, key=lambda run: run.name), list(requirements.values()))


def write_reports(reports: Path, spec: Path) -> Report:
    """Write `conformance.json` and `conformance.html` anew."""
    report = read_report(reports, spec)
    content = report.as_json()
    text = json.dumps(content, indent=1, ensure_ascii=False)
    (reports / "conformance.json").write_text(text + "\n", "utf-8")
    failures = [
        (run.name, check)
        for run in report.runs
        for check in run.checks
        if check["outcome"] not in {outcomes.PASSED, outcomes.NOT_RUN}
    ]
    (reports / "conformance.html").write_text(render(content, failures), "utf-8")
    return report


def summary_line(run: Run) -> str:
    """Sum a run up in one line that says everything that is not zero."""
    if reason := run.content["unavailable"]:
        return f"{run.name}: NOT RUN: {reason}"
    total = len(run.tests)
    counts = [
        f"{run.counts[outcomes.PASSED]} passed",
        f"{run.counts[outcomes.FAILED]} failed",
    ]
    others = (each for each in outcomes.ALL if each not in {"passed", "failed"})
    counts += [f"{run.counts[each]} {each}" for each in others if run.counts[each]]
    share = (
        f"{run.negative / total:.0%} of {total} tests negative"
        if total
        else "no checks"
    )
    return f"{run.name}: {', '.join(counts)} ({share})"
