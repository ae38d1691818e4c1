"""Tests of the suite in processes that share nothing with the runner."""

import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from quintet_conformance.runner.plan import SUITE
from quintet_conformance.runner.stages import Stages

# Whoever is done takes from the other's end: modules stay together, and with them the
# users that the tests of a module share.
PARALLEL = ("-n2", "--dist=worksteal")
NO_BYTECODE = "PYTHONDONTWRITEBYTECODE"


def run_pytest(
    tests: Path, cache: Path, options: Mapping[str, object], further: Iterable[str] = ()
) -> int:
    """Run tests; give the exit status of pytest."""
    command = [
        *(sys.executable, "-m", "pytest", str(tests), "-q", "--no-header"),
        *("-pno:cacheprovider", f"--rootdir={SUITE}"),
        # With `=`: pytest looks for its settings near every argument that is a path.
        *(f"--{name}={value}" for name, value in options.items()),
        *further,
    ]
    environment = _bytecode_kept(cache)
    return subprocess.run(command, check=False, cwd=SUITE, env=environment).returncode


def record(name: str, status: int, stages: Stages) -> None:
    stages.record(name, f"pytest ended with {status}" if status else "")


def _bytecode_kept(cache: Path) -> dict[str, str]:
    """Have compiled tests kept, outside the tree: compiling them takes many seconds."""
    inherited = {name: os.environ[name] for name in os.environ if name != NO_BYTECODE}
    return {**inherited, "PYTHONPYCACHEPREFIX": str(cache / "bytecode")}
