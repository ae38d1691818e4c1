"""How quickly a production server of one worker starts, and what memory it takes."""

import http.client
import os
import secrets
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from quintet_conformance import second_server
from quintet_conformance.runner.databases import sqlite_url
from quintet_conformance.runner.manifest import Manifest
from quintet_conformance.runner.processes import (
    START_SECONDS,
    Server,
    ServerFailedError,
    Workplace,
    free_port,
)
from quintet_conformance.runner.serving import install

STARTS = 5
PAUSE = 0.005
REQUESTS = 50
LIST = "/api/v1/posts"
PROC = Path("/proc")


@dataclass(frozen=True)
class Measurement:
    """Medians of several starts."""

    seconds: float
    megabytes: float


def measure(manifest: Manifest, cache: Path) -> Measurement:
    """Start a server several times over the demo data and look at it."""
    with tempfile.TemporaryDirectory(prefix="quintet-") as directory:
        place = Path(directory)
        settings = {
            **second_server.SETTINGS,
            "DATABASE_URL": sqlite_url(place / "blog.db"),
            "SECRET_KEY": secrets.token_urlsafe(48),
            "SMTP_URL": "smtp://127.0.0.1:2525",
            "MAIL_FROM": "blog@example.com",
        }
        workplace = install(manifest, place / "copy", cache, settings)
        for command in ("migrate", "load_demo"):
            workplace.run(manifest.command(command))
        # The first start is not counted: it compiles, and warms the machine's caches.
        started = [_start(manifest, workplace, place) for _ in range(STARTS + 1)][1:]
    return Measurement(
        statistics.median(each.seconds for each in started),
        statistics.median(each.megabytes for each in started),
    )


def _start(manifest: Manifest, workplace: Workplace, place: Path) -> Measurement:
    port = free_port()
    command = manifest.command("serve_production", port=port, workers=1)
    began = time.monotonic()
    process = workplace.start(command, place / "log")
    server = Server(process, f"http://127.0.0.1:{port}", place / "log")
    try:
        while not _answers(port):
            if process.poll() is not None or time.monotonic() - began > START_SECONDS:
                msg = f"{manifest.name} did not start:\n{server.tail()}"
                raise ServerFailedError(msg)
            time.sleep(PAUSE)
        seconds = time.monotonic() - began
        for _ in range(REQUESTS):
            _get(port, LIST)
        megabytes = sum(map(_proportional_size, _family(process.pid))) / 1e6
        server.stop()
    finally:
        server.kill()
    return Measurement(seconds, megabytes)


def _answers(port: int) -> bool:
    try:
        return _get(port, "/readyz") == 200
    except OSError:
        return False


def _get(port: int, path: str) -> int:
    with _connection(port) as connection:
        connection.request("GET", path)
        response = connection.getresponse()
        response.read()
        return response.status


@contextmanager
def _connection(port: int) -> Iterator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=START_SECONDS)
    try:
        yield connection
    finally:
        connection.close()


def _family(leader: int) -> Iterator[int]:
    """Give the processes of a session, as the runner begins one for each server."""
    names = (path.name for path in PROC.iterdir())
    for process in map(int, filter(str.isdigit, names)):
        with suppress(ProcessLookupError):  # it ended in the meantime
            if os.getsid(process) == leader:
                yield process


def _proportional_size(process: int) -> int:
    """Give the bytes of a process; what it shares with others is counted in parts."""
    for line in (PROC / str(process) / "smaps_rollup").read_text().splitlines():
        name, _, value = line.partition(":")
        if name == "Pss":
            return int(value.split()[0]) * 1024
    msg = f"/proc/{process}/smaps_rollup tells no Pss"
    raise OSError(msg)
