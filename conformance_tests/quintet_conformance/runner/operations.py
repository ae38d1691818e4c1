"""An implementation's promises of its operation, under faults that tests make."""

import subprocess
import sys

from quintet_conformance.runner import services
from quintet_conformance.runner.conformance import bytecode_kept
from quintet_conformance.runner.environment import LOCK, prepare_environment
from quintet_conformance.runner.plan import SUITE, Plan
from quintet_conformance.runner.stages import Stages

TESTS = SUITE / "operations"
PROCESSES = 2


def judge_operations(plan: Plan, stages: Stages) -> None:
    """Let tests start, hurt and end servers of the implementation."""
    with services.own_postgres(), services.redis():
        stages.say("PostgreSQL and Redis are to be had")
    stages.say("install")
    prepare_environment(plan.manifest.key, plan.manifest.directory / LOCK, plan.cache)
    stages.say("judge")
    options = {
        "rootdir": SUITE,
        "implementation": plan.manifest.directory,
        "cache": plan.cache,
        "spec": plan.spec,
        "junitxml": plan.reports / "junit" / f"{plan.name}-tests.xml",
    }
    command = [
        *(sys.executable, "-m", "pytest", str(TESTS), "-q", "--no-header"),
        *(f"-n{PROCESSES}", "--dist=worksteal", "-pno:cacheprovider"),
        *(f"--{name}={value}" for name, value in options.items()),
        *plan.further,
    ]
    environment = bytecode_kept(plan.cache)
    finished = subprocess.run(command, check=False, cwd=SUITE, env=environment)
    status = finished.returncode
    stages.record("judge", f"pytest ended with {status}" if status else "")
