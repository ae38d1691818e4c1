"""Servers of an implementation, from its installation to their end."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path

from quintet_conformance.runner.environment import LOCK, prepare_environment
from quintet_conformance.runner.manifest import Manifest
from quintet_conformance.runner.processes import (
    Server,
    ServerFailedError,
    Workplace,
    faults_in_log,
)
from quintet_conformance.runner.readers import NoReaderError, readers
from quintet_conformance.runner.stages import Stages
from quintet_conformance.runner.workspace import copy_project


def install(
    manifest: Manifest, copy: Path, cache: Path, settings: dict[str, str]
) -> Workplace:
    """Copy an implementation out of the repository and install what it is locked to."""
    copy_project(manifest.directory, copy)
    environment = prepare_environment(manifest.key, copy / LOCK, cache)
    return Workplace(copy, environment, settings)


@contextmanager
def serving(
    workplace: Workplace,
    command: list[str],
    port: int,
    *,
    name: str,
    log: Path,
    stages: Stages,
    settings: dict[str, str],
    is_live: bool = False,
) -> Iterator[Server]:
    """Serve until SIGTERM, and read the log afterwards.

    Whoever gets the server waits for it: several can start at the same time. One that
    is live has readers when it is told to stop.
    """
    process = workplace.start(command, log, **settings)
    server = Server(process, f"http://127.0.0.1:{port}", log)
    try:
        yield server
        fault = _fault_of_stop(server, is_live=is_live)
        told = " although sockets are open" if is_live else ""
        stages.record(f"SIGTERM ends the {name} server{told}", fault)
    finally:
        server.kill()
    faults = faults_in_log(log)
    stages.record(f"the log of the {name} server has no 5xx and no traceback", faults)


def wait_for(servers: Mapping[str, Server], stages: Stages) -> None:
    """Wait until all of these answer on /readyz."""
    for name, server in servers.items():
        with stages.stage(f"start the {name} server"):
            server.wait_until_ready()


def _fault_of_stop(server: Server, *, is_live: bool) -> str:
    try:
        with readers(server.url) if is_live else nullcontext():
            server.stop()
    except (NoReaderError, ServerFailedError) as error:
        return str(error)
    return ""
