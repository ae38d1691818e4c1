"""One conformance run: set an implementation up, judge it, write the results down."""

import json
import platform
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, TypeVar

from quintet_conformance import outcomes
from quintet_conformance.runner.plan import SUITE, Plan
from quintet_conformance.runner.pytest_run import PARALLEL, run_pytest
from quintet_conformance.runner.stages import StageFailedError, Stages
from quintet_conformance.runner.stand import ADMIN_USERNAME, Stand, set_up
from quintet_conformance.runner.unavailable import ServiceUnavailableError

ALL_PASSED, TESTS_FAILED = 0, 1  # exit statuses of pytest

Json = Any
PlanOf = TypeVar("PlanOf", bound=Plan)
SetUp = Callable[[PlanOf, Stages], AbstractContextManager[Stand]]


def judge(plan: PlanOf, set_up: SetUp[PlanOf] = set_up) -> Json:
    """Run everything; give the results, which are also written to `plan.results`."""
    stages, fingerprint = Stages(plan.name), plan.fingerprint()
    plan.results.unlink(missing_ok=True)
    unavailable = ""
    try:
        with set_up(plan, stages) as stand:
            _run_tests(plan, stages, stand)
    except StageFailedError as failed:
        stages.say(f"given up at: {failed}")
    except ServiceUnavailableError as error:
        unavailable = str(error)
        stages.say(f"NOT RUN: {unavailable}")
    return _write_results(plan, stages, fingerprint, unavailable)


def _run_tests(plan: Plan, stages: Stages, stand: Stand) -> None:
    stages.say("judge")
    options = {"report": plan.results, "junitxml": plan.junit}
    known = [f"--known-failure={check}" for check in plan.manifest.known_failures]
    run_suite(plan, stand, SUITE, options, known)


def run_suite(
    plan: Plan,
    stand: Stand,
    tests: Path,
    options: Mapping[str, object],
    further: Iterable[str] = (),
) -> int:
    """Run tests of the suite with all that they may want to know of the stand."""
    told = {
        "base-url": stand.url,
        "short-url": stand.second_url,
        "admin-username": ADMIN_USERNAME,
        "admin-password": stand.admin_password,
        "secret-key": stand.secret_key,
        "mailbox": stand.mailbox,
        "spec": plan.spec,
        **options,
    }
    arguments = [
        *(*PARALLEL, "-pno:logging", "--capture=sys"),
        *(f"--instance={url}" for url in stand.instances),
        *(f"--profile={profile}" for profile in plan.manifest.profiles),
        *further,
        *plan.further,
    ]
    return run_pytest(tests, plan.cache, told, arguments)


def _write_results(
    plan: Plan, stages: Stages, fingerprint: str, unavailable: str
) -> Json:
    found: Json = {"checks": [], "is_partial": True, "exit_status": None}
    if plan.results.exists():
        found = json.loads(plan.results.read_text(encoding="utf-8"))
    if fault := _fault_of_session(found) if not unavailable else "":
        stages.record("judge", fault)
    results = {
        "variant": plan.manifest.key,
        "title": plan.manifest.name,
        "database": plan.database,
        "workers": plan.workers,
        "python": platform.python_version(),
        "fingerprint": fingerprint,
        "unavailable": unavailable,
        **found,
        "checks": found["checks"] + stages.checks,
    }
    is_broken = any(map(_is_fault, results["checks"]))
    results["is_passed"] = not (unavailable or is_broken)
    plan.results.parent.mkdir(parents=True, exist_ok=True)
    plan.results.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")
    return results


def _fault_of_session(found: Json) -> str:
    """Say what is wrong with the session as a whole, when no check says it."""
    status = found["exit_status"]
    if status is None:
        return "the tests gave no results"
    is_explained = status == TESTS_FAILED and any(map(_is_fault, found["checks"]))
    if status == ALL_PASSED or is_explained:
        return ""
    return f"pytest ended with {status}: see what it printed"


def _is_fault(check: Json) -> bool:
    return check["outcome"] in outcomes.BREAKS_THE_RUN
