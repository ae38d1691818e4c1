"""The outcomes of a check, and how pytest's own are turned into them.

passed, failed    the server's doing
not run           something was not given (a secret key, an account, a mail sink…)
error             the suite's own fault: a broken fixture, an unreachable server
warning           a check of SHOULD requirements alone failed; never a pass
known failure     a failure that the implementation declares
"""

from collections.abc import Collection

import httpx
import pytest

# The class behind `pytest.skip`, which pytest names nowhere else.
from _pytest.outcomes import Skipped

from quintet_conformance.not_run import NotRunError
from quintet_conformance.requirements import Requirement
from quintet_conformance.site import PreparationError

PASSED = "passed"
FAILED = "failed"
NOT_RUN = "not run"
ERROR = "error"
WARNING = "warning"
KNOWN_FAILURE = "known failure"

ALL = (PASSED, FAILED, ERROR, WARNING, KNOWN_FAILURE, NOT_RUN)
NOT_THE_SERVERS_FAULT = (httpx.ConnectError, PreparationError)
BREAKS_THE_RUN = frozenset({FAILED, ERROR})
LETTERS = {
    PASSED: (".", "PASSED"),
    FAILED: ("F", "FAILED"),
    ERROR: ("E", "ERROR"),
    WARNING: ("w", "WARNING"),
    KNOWN_FAILURE: ("k", "KNOWN FAILURE"),
    NOT_RUN: ("n", "NOT RUN"),
}
# Under which name pytest counts them; its own "warnings" are something else.
CATEGORIES = {outcome: outcome for outcome in ALL} | {WARNING: "broken SHOULD"}


def judge(
    call: pytest.CallInfo[None],
    requirements: Collection[Requirement],
    *,
    is_known_failure: bool,
) -> tuple[str, str] | None:
    """Give the outcome of a phase with its reason; None when it says nothing."""
    if call.excinfo is None:
        return _judge_success(call.when, is_known_failure=is_known_failure)
    raised = call.excinfo.value
    if isinstance(raised, NotRunError):
        return NOT_RUN, str(raised.msg)
    if isinstance(raised, Skipped):
        return FAILED, "a check may not skip itself: use not_run(reason)"
    if call.when != "call" or isinstance(raised, NOT_THE_SERVERS_FAULT):
        return ERROR, _one_line(raised)
    return _kind_of_failure(requirements, is_known=is_known_failure), _one_line(raised)


def _kind_of_failure(requirements: Collection[Requirement], *, is_known: bool) -> str:
    if is_known:
        return KNOWN_FAILURE
    is_advice = all(each.is_optional for each in requirements)
    return WARNING if is_advice else FAILED


def _judge_success(when: str, *, is_known_failure: bool) -> tuple[str, str] | None:
    if when != "call":
        return None
    if is_known_failure:
        return FAILED, "passes although it is listed as a known failure: take it out"
    return PASSED, ""


def _one_line(raised: BaseException) -> str:
    text = str(raised).strip() or type(raised).__name__
    return text.splitlines()[0]
