"""Turns what pytest saw of a check into an outcome, with all that explains it."""

from collections.abc import Generator
from typing import Any

import pytest

from quintet_conformance import outcomes
from quintet_conformance.collection import Collection, check_id
from quintet_conformance.contract import ContractViolationError
from quintet_conformance.exchanges import as_curl, as_text
from quintet_conformance.recorder import Recorder
from quintet_conformance.settings import Settings


class Verdicts:
    """Judges each phase of each check in the process that ran it."""

    def __init__(
        self, settings: Settings, collection: Collection, recorder: Recorder
    ) -> None:
        self.settings = settings
        self.collection = collection
        self.recorder = recorder

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        name = check_id(item.nodeid)
        requirements = self.collection.requirements_of(item)
        verdict = outcomes.judge(
            call, requirements, is_known_failure=name in self.settings.known_failures
        )
        outcome, reason = verdict or (None, "")
        if report.failed:
            self._explain(report, call, item)
        report.__dict__["conformance"] = {
            "check": name,
            "outcome": outcome,
            "reason": reason,
            "requirements": [each.id for each in requirements],
            "exchanges": self.recorder.summary(),
        }
        self.recorder.clear()
        _align(report, outcome, reason)
        return report

    def _explain(
        self, report: pytest.TestReport, call: pytest.CallInfo[None], item: pytest.Item
    ) -> None:
        texts = [each.in_words() for each in self.collection.requirements_of(item)]
        report.sections.append(("requirement", "\n".join(texts)))
        last = self.recorder.last
        is_explained = call.excinfo is not None and call.excinfo.errisinstance(
            ContractViolationError
        )
        if last and not is_explained:
            report.sections.append(("last request", as_curl(last.request)))
            report.sections.append(("its response", as_text(last.response)))


def _align(report: Any, outcome: str | None, reason: str) -> None:
    """Make pytest count a report as its outcome is meant."""
    if outcome == outcomes.FAILED and not report.failed:
        report.outcome = "failed"
        report.longrepr = reason
    elif outcome in {outcomes.WARNING, outcomes.KNOWN_FAILURE}:
        report.sections.append(("failure", report.longreprtext))
        report.outcome = "skipped"
        path, line, _ = report.location
        report.longrepr = (path, line or 0, f"{outcome}: {reason}")
