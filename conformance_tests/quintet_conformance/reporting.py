"""Collects the outcomes of all processes, writes them down and sums them up."""

import json
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

import pytest

from quintet_conformance import outcomes
from quintet_conformance.collection import check_id
from quintet_conformance.requirements import Requirement
from quintet_conformance.settings import Settings

# When several phases of a check speak, the first of these is what counts.
BY_WEIGHT = (
    outcomes.ERROR,
    outcomes.FAILED,
    outcomes.NOT_RUN,
    outcomes.KNOWN_FAILURE,
    outcomes.WARNING,
    outcomes.PASSED,
)
EXPLAINED = (outcomes.NOT_RUN, outcomes.WARNING, outcomes.KNOWN_FAILURE)
SHOWN_DETAIL = 6_000

Exchange = tuple[str | None, int, str | None]


@dataclass
class Check:
    """What is known of one check; it is negative when a refusal was asked for.

    A check asks for a refusal when its own body, not the fixtures, received a 4xx.
    """

    id: str
    requirements: list[str]
    outcome: str = ""
    reason: str = ""
    detail: str = ""
    seconds: float = 0.0
    is_negative: bool = False
    exchanges: list[Exchange] = field(default_factory=list)

    def add(self, report: Any) -> None:
        found = report.conformance
        self.seconds += report.duration
        self.exchanges += found["exchanges"]
        if report.when == "call":
            self.is_negative = any(400 <= each[1] < 500 for each in found["exchanges"])
        outcome = found["outcome"]
        if outcome and (
            not self.outcome or BY_WEIGHT.index(outcome) < BY_WEIGHT.index(self.outcome)
        ):
            self.outcome, self.reason = outcome, found["reason"]
            self.detail = "" if outcome == outcomes.PASSED else _detail(report)

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "outcome": self.outcome or outcomes.ERROR,
            "reason": self.reason,
            "detail": self.detail,
            "seconds": round(self.seconds, 3),
            "negative": self.is_negative,
            "requirements": self.requirements,
            "exchanges": sorted(set(map(tuple, self.exchanges)), key=str),
        }


class Reporter:
    """Lives in the process that speaks to the user."""

    def __init__(
        self,
        settings: Settings,
        spec_version: str,
        requirements: dict[str, Requirement],
    ) -> None:
        self.settings = settings
        self.spec_version = spec_version
        self.requirements = requirements
        self.checks: dict[str, Check] = {}
        self.started = datetime.now(UTC)
        self.clock = time.monotonic()

    def pytest_runtest_logreport(self, report: Any) -> None:
        found = report.conformance
        check = self.checks.setdefault(
            found["check"], Check(found["check"], found["requirements"])
        )
        check.add(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            name = check_id(report.nodeid)
            self.checks[name] = Check(
                name,
                requirements=[],
                outcome=outcomes.ERROR,
                reason="could not be collected",
                detail=report.longreprtext[:SHOWN_DETAIL],
            )

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(self, report: Any) -> tuple[str, str, str] | None:
        outcome = getattr(report, "conformance", {}).get("outcome")
        if outcome is None:
            return None
        return (outcomes.CATEGORIES[outcome], *outcomes.LETTERS[outcome])

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        if self.settings.report and not session.config.option.collectonly:
            content = self.as_json(session.config) | {"exit_status": int(exitstatus)}
            self.settings.report.parent.mkdir(parents=True, exist_ok=True)
            self.settings.report.write_text(
                json.dumps(content, indent=1, ensure_ascii=False) + "\n", "utf-8"
            )

    def as_json(self, config: pytest.Config) -> dict[str, Any]:
        return {
            "suite_version": version("quintet-conformance"),
            "spec_version": self.spec_version,
            "base_url": self.settings.base_url,
            "profiles": sorted(self.settings.profiles),
            "started": self.started.isoformat(timespec="seconds"),
            "seconds": round(time.monotonic() - self.clock, 1),
            "is_partial": bool(config.option.keyword or config.option.markexpr),
            "checks": [check.as_json() for _, check in sorted(self.checks.items())],
        }

    def pytest_terminal_summary(
        self, terminalreporter: pytest.TerminalReporter
    ) -> None:
        write = terminalreporter.write_line
        for outcome in EXPLAINED:
            found = [each for each in self.checks.values() if each.outcome == outcome]
            if found:
                terminalreporter.section(f"{outcome}: {len(found)}")
            for reason, count in Counter(each.reason for each in found).items():
                names = [each.id for each in found if each.reason == reason]
                write(
                    f"{reason}\n    {count}: {', '.join(names[:3])}{' …' * (count > 3)}"
                )
        negative = sum(check.is_negative for check in self.checks.values())
        if total := len(self.checks):
            write(
                f"{total} checks, {negative} of them negative ({negative / total:.0%})"
            )


def _detail(report: Any) -> str:
    sections = [f"{name}\n{text}" for name, text in report.sections]
    return "\n\n".join([report.longreprtext, *sections])[:SHOWN_DETAIL]
