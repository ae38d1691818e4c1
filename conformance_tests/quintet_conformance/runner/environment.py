"""Environments made from lock files and kept for reuse.

Only the standard library is used: nox also runs this file as a script, to make the
environment that everything else here runs in.
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

LOCK = "requirements.lock"
FINISHED = "finished"
# What a process of an implementation inherits; its settings come from the runner alone.
INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TZ")


class EnvironmentFailedError(Exception):
    """The lock file could not be installed."""


@dataclass(frozen=True)
class Environment:
    """A virtual environment."""

    directory: Path

    @property
    def scripts(self) -> Path:
        return self.directory / "bin"

    def variables(self, settings: dict[str, str]) -> dict[str, str]:
        inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
        path = f"{self.scripts}{os.pathsep}{inherited.get('PATH', os.defpath)}"
        return {
            **inherited,
            "PATH": path,
            "VIRTUAL_ENV": str(self.directory),
            "PYTHONUNBUFFERED": "1",
            **settings,
        }

    def executable(self, name: str) -> str:
        """Find a command here first, then on the machine."""
        return shutil.which(name, path=str(self.scripts)) or name


def prepare_environment(
    name: str, lock: Path, cache: Path, project: Path | None = None
) -> Environment:
    """Make the environment unless one of these files and this Python is there.

    A `project` is installed as well, so that changes to its code take effect.
    """
    files = [lock] if project is None else [lock, project / "pyproject.toml"]
    environment = Environment(cache.resolve() / f"{name}-{_key(files)}")
    if not (environment.directory / FINISHED).exists():
        shutil.rmtree(environment.directory, ignore_errors=True)
        for command in _installation(environment, lock, project):
            _run(command, environment)
        (environment.directory / FINISHED).touch()
    return environment


def _key(files: Iterable[Path]) -> str:
    digest = hashlib.sha256(f"{sys.version} {sys.base_prefix}".encode())
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def _installation(
    environment: Environment, lock: Path, project: Path | None
) -> list[list[str]]:
    directory, python = str(environment.directory), str(environment.scripts / "python")
    base = str(Path(sys.executable).resolve())
    if uv := shutil.which("uv"):
        creation = [uv, "venv", "--quiet", "--python", base, directory]
        install = [uv, "pip", "install", "--quiet", "--compile-bytecode"]
        install += ["--python", python]
    else:
        creation = [base, "-m", "venv", directory]
        install = [python, "-m", "pip", "install", "--quiet"]
    commands = [creation, [*install, "-r", str(lock)]]
    if project is not None:
        commands.append([*install, "--no-deps", "-e", str(project)])
    return commands


def _run(command: list[str], environment: Environment) -> None:
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    if finished.returncode:
        shutil.rmtree(environment.directory, ignore_errors=True)
        msg = f"{' '.join(command)}\n{finished.stdout}{finished.stderr}"
        raise EnvironmentFailedError(msg)


def main() -> None:
    """Make an environment and print where its programs are."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("name")
    parser.add_argument("lock", type=Path)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--project", type=Path)
    given = parser.parse_args()
    environment = prepare_environment(
        given.name, given.lock, given.cache, given.project
    )
    print(environment.scripts)


if __name__ == "__main__":
    main()
