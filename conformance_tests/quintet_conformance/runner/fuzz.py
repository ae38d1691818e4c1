"""Schemathesis against a running implementation, from a fixed seed."""

import os
import subprocess
from pathlib import Path

import httpx

from quintet_conformance import outcomes
from quintet_conformance.runner.plan import SUITE, Plan
from quintet_conformance.runner.stages import StageFailedError, Stages
from quintet_conformance.runner.stand import ADMIN_USERNAME, Stand, set_up

CONFIGURATION = SUITE / "schemathesis.toml"
LIMITS = ("LOGIN", "LOGIN_ADDRESS", "LOGIN_NAME", "AUTH")
# One caller sends all: it would run into every limit.
WITHOUT_LIMITS = {f"{name}_RATE_LIMIT": "1000000/minute" for name in LIMITS}


def fuzz(plan: Plan, schemathesis: Path) -> bool:
    """Set the implementation up and let Schemathesis loose on it."""
    stages = Stages(plan.name)
    try:
        with set_up(plan, stages) as stand:
            fault = _run(plan, schemathesis, stand)
            stages.record("schemathesis", fault)
    except StageFailedError as failed:
        stages.say(f"given up at: {failed}")
    return all(check["outcome"] == outcomes.PASSED for check in stages.checks)


def _run(plan: Plan, schemathesis: Path, stand: Stand) -> str:
    command = [
        *(str(schemathesis), "--config-file", str(CONFIGURATION)),
        *("run", str(plan.spec / "openapi.yaml"), "--url", stand.url),
        *plan.further,
    ]
    environment = {**os.environ, "ACCESS_TOKEN": _sign_in(stand)}
    finished = subprocess.run(command, env=environment, check=False)
    return f"ended with {finished.returncode}" if finished.returncode else ""


def _sign_in(stand: Stand) -> str:
    account = {"username": ADMIN_USERNAME, "password": stand.admin_password}
    response = httpx.post(f"{stand.url}/api/v1/auth/login", json=account)
    response.raise_for_status()
    return str(response.json()["access_token"])
