"""The processes of a server, told apart by the connections that each has taken."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import psutil

from quintet_conformance.runner.processes import Server

PATIENCE = 30.0  # A new worker has to import everything, on a busy machine too.
PAUSE = 0.05
PROBE = "/readyz"  # which nothing else is asked for in a test that counts


@dataclass(frozen=True)
class Line:
    """A connection that stays open, and the process that took it."""

    http: httpx.Client
    worker: psutil.Process


@contextmanager
def lines(server: Server, number: int) -> Iterator[list[Line]]:
    """Open one line to each of so many workers."""
    deadline = time.monotonic() + PATIENCE
    found: dict[int, Line] = {}
    with ExitStack() as stack:
        while len(found) < number:
            assert time.monotonic() < deadline, f"only {len(found)} workers take calls"
            line = new_line(server)
            stack.callback(line.http.close)
            found.setdefault(line.worker.pid, line)
        yield list(found.values())


def new_line(server: Server) -> Line:
    """Call until somebody answers, and find out who."""
    client = httpx.Client(
        base_url=server.url,
        trust_env=False,
        timeout=PATIENCE,
        limits=httpx.Limits(max_connections=1, keepalive_expiry=None),
    )
    response = client.get(PROBE)
    assert response.status_code == 200
    stream = response.extensions["network_stream"]
    return Line(client, _owner(server, stream.get_extra_info("client_addr")[1]))


def _owner(server: Server, port: int) -> psutil.Process:
    """Find the process at the other end of our port."""
    main = psutil.Process(server.process.pid)
    for process in (main, *main.children(recursive=True)):
        for connection in process.net_connections("tcp"):
            if getattr(connection.raddr, "port", None) == port:
                return process
    msg = f"no process of the server has the connection from port {port}"
    raise AssertionError(msg)


def wait_until(is_so: Callable[[], Any], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline, f"not within {PATIENCE:g} s: {what}"
        time.sleep(PAUSE)
