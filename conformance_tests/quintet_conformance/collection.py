"""Which checks are run, and that each of them names the requirements it checks."""

import gc
from collections.abc import Generator

import pytest

from quintet_conformance.not_run import not_run
from quintet_conformance.requirements import Requirement
from quintet_conformance.settings import Settings

FORBIDDEN_MARKS = ("skip", "skipif", "xfail")
IN_A_BROWSER = "browser"  # the folder of tests that see more than HTTP shows


def check_id(nodeid: str) -> str:
    """Name a check by its module and function, wherever the suite is installed."""
    path, separator, name = nodeid.partition("::")
    return path.rpartition("/")[2] + separator + name


class Collection:
    """Refuses checks without a known requirement and orders the others."""

    def __init__(self, settings: Settings, known: dict[str, Requirement]) -> None:
        self.settings = settings
        self.known = known

    def requirements_of(self, item: pytest.Item) -> list[Requirement]:
        names = [
            name for mark in item.iter_markers("requirement") for name in mark.args
        ]
        return [self.known[name] for name in dict.fromkeys(names)]

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(
        self,
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        report = yield
        collected = report.result or []
        items = [node for node in collected if isinstance(node, pytest.Item)]
        faults = [fault for item in items if (fault := self._fault_of(item))]
        if faults:
            report.outcome = "failed"
            report.longrepr = "\n".join(faults)
        return report

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        self._refuse_unknown_failures(items)
        claimed = [item for item in items if self._is_claimed(item)]
        config.hook.pytest_deselected(
            items=[item for item in items if not self._is_claimed(item)]
        )
        claimed.sort(key=lambda item: item.get_closest_marker("last") is not None)
        items[:] = claimed

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        mark = item.get_closest_marker("development")
        if mark and self.settings.is_in_production:
            not_run(f"in production there is no {mark.args[0]}")
        mark = item.get_closest_marker("direct")
        if mark and self.settings.is_behind_proxy:
            not_run(f"behind a proxy: {mark.args[0]}")

    def pytest_collection_finish(self) -> None:
        """Spare the garbage collector what stays until the end: all these checks."""
        gc.freeze()

    def _refuse_unknown_failures(self, items: list[pytest.Item]) -> None:
        found = {check_id(item.nodeid) for item in items}
        if unknown := self.settings.known_failures - found:
            msg = f"no such check to fail: {', '.join(sorted(unknown))}"
            raise pytest.UsageError(msg)

    def _fault_of(self, item: pytest.Item) -> str | None:
        marks = list(item.iter_markers("requirement"))
        names = [name for mark in marks for name in mark.args]
        if not names:
            return f"{item.nodeid}: names no requirement"
        if unknown := [name for name in names if name not in self.known]:
            return f"{item.nodeid}: unknown requirements {unknown}"
        untestable = [name for name in names if self.known[name].untestable]
        if untestable and item.path.parent.name != IN_A_BROWSER:
            return f"{item.nodeid}: checks what is said to be untestable {untestable}"
        if any(item.get_closest_marker(name) for name in FORBIDDEN_MARKS):
            return f"{item.nodeid}: a check may not skip itself"
        return None

    def _is_claimed(self, item: pytest.Item) -> bool:
        profiles = {each.profile for each in self.requirements_of(item)}
        return profiles <= self.settings.profiles
