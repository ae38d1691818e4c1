"""An implementation's promises of its operation, under faults that tests make."""

from quintet_conformance.runner import services
from quintet_conformance.runner.environment import LOCK, prepare_environment
from quintet_conformance.runner.plan import SUITE, Plan
from quintet_conformance.runner.pytest_run import PARALLEL, record, run_pytest
from quintet_conformance.runner.stages import Stages

TESTS = SUITE / "operations"


def judge_operations(plan: Plan, stages: Stages) -> None:
    """Let tests start, hurt and end servers of the implementation."""
    with services.own_postgres(), services.redis():
        stages.say("PostgreSQL and Redis are to be had")
    stages.say("install")
    prepare_environment(plan.manifest.key, plan.manifest.directory / LOCK, plan.cache)
    stages.say("judge")
    options = {
        "implementation": plan.manifest.directory,
        "cache": plan.cache,
        "spec": plan.spec,
        "junitxml": plan.reports / "junit" / f"{plan.name}-tests.xml",
    }
    status = run_pytest(TESTS, plan.cache, options, [*PARALLEL, *plan.further])
    record("judge", status, stages)
