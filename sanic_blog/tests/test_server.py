"""The server as a process: what it does with sockets, and how it stops."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import httpx
import pytest
from websockets.client import ClientProtocol
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode
from websockets.sync.client import ClientConnection, connect
from websockets.uri import parse_uri

from tests.conftest import PROJECT, SignUp, write_post

pytestmark = pytest.mark.anyio
Process = subprocess.Popen[str]


@contextmanager
def served(
    database_url: str,
    *options: str,
    program: tuple[str, ...] = ("-m", "app.server"),
    **settings: str,
) -> Iterator[tuple[Process, int]]:
    """A server in a session of its own, and its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, *program, "--port", str(port), *options]
    server = subprocess.Popen(
        command,
        cwd=PROJECT,
        env={"DATABASE_URL": database_url, **settings},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with server:
        yield server, port
        server.kill()


def wait_for(text: str, server: Process) -> None:
    assert server.stdout
    for line in server.stdout:
        if text in line:
            return


def stop(server: Process) -> str:
    """Within ten seconds, in good order; gives what the log has of it."""
    assert server.stdout
    started = time.monotonic()
    server.send_signal(signal.SIGTERM)
    rest = server.stdout.read()
    assert server.wait(timeout=10) == 0
    assert time.monotonic() - started < 10
    assert "Traceback" not in rest
    return rest


@pytest.mark.parametrize("options", [[], ["--workers", "1"]])
def test_server_stops_at_sigterm(database_url: str, options: list[str]) -> None:
    with served(database_url, *options) as (server, port):
        wait_for("Worker ready", server)
        with socket.create_connection(("127.0.0.1", port)) as idle:
            idle.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
            assert idle.recv(1000).startswith(b"HTTP/1.1 200 ")
            stop(server)


def test_server_stops_while_it_starts(database_url: str) -> None:
    with served(database_url, "--workers", "1") as (server, _port):
        wait_for("Starting worker", server)
        stop(server)


STOPPED_WITHIN_A_FORK = """
import os, signal
from app import server

def stop():
    handler = signal.getsignal(signal.SIGTERM)
    if getattr(handler, "__name__", "") == "stop_everything":
        os.kill(os.getpid(), signal.SIGTERM)

os.register_at_fork(after_in_parent=stop)
server.main()
"""


def test_server_stops_within_a_fork(database_url: str) -> None:
    """Output ends when all processes that could write it have ended."""
    command = [sys.executable, "-c", STOPPED_WITHIN_A_FORK, "--port=0", "--workers=1"]
    stopped = subprocess.run(
        command,
        cwd=PROJECT,
        env={"DATABASE_URL": database_url},
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    assert "Starting worker" in stopped.stdout
    assert "Traceback" not in stopped.stdout + stopped.stderr


ONE_NEVER_BEGINS = """
import os, time
from sanic import Sanic
from app import server

start_up = Sanic._startup

async def wait(app):
    if os.environ["SANIC_WORKER_NAME"].endswith("-1-0"):
        time.sleep(60)
    await start_up(app)

Sanic._startup = wait
server.main()
"""


async def test_who_serves_already_ends_in_good_order(
    client: httpx.AsyncClient, sign_up: SignUp, database_url: str
) -> None:
    await write_post(client, await sign_up("ada"))
    script = ("-c", ONE_NEVER_BEGINS, "--workers", "2")
    nowhere = {"REDIS_URL": "redis://127.0.0.1:1"}
    with served(database_url, program=script, **nowhere) as (server, port):
        wait_for("Worker ready", server)
        with connect(f"ws://127.0.0.1:{port}/ws/posts/a-title") as reading:
            stop(server)
            assert close_code(reading) == 1001


@pytest.mark.parametrize("options", [[], ["--workers", "1"]])
async def test_server_stops_while_sockets_are_open(
    client: httpx.AsyncClient, sign_up: SignUp, database_url: str, options: list[str]
) -> None:
    await write_post(client, await sign_up("ada"))
    with served(database_url, *options) as (server, port):
        wait_for("Worker ready", server)
        url = f"ws://127.0.0.1:{port}/ws/posts/a-title"
        with connect(url) as vanishing:
            vanishing.socket.shutdown(socket.SHUT_RDWR)
        with stuck(url, port), connect(url) as reading:
            log = stop(server)
            assert close_code(reading) == 1001
    assert log.count("/ws/posts/{slug} 101") == 3
    assert "ERROR" not in log
    assert "a-title" not in log


@contextmanager
def stuck(url: str, port: int) -> Iterator[None]:
    """A client that asks until it would have to listen."""
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)
        connection.connect(("127.0.0.1", port))
        handshake = ClientProtocol(parse_uri(url)).connect()
        connection.sendall(handshake.serialize())
        connection.recv(1)
        connection.settimeout(0.5)
        question = Frame(Opcode.TEXT, b"x").serialize(mask=True)
        with suppress(TimeoutError):
            while True:
                connection.sendall(question * 1000)
        yield


def close_code(socket: ClientConnection) -> int | None:
    with pytest.raises(ConnectionClosed) as closed:
        socket.recv(timeout=5)
    return closed.value.rcvd.code if closed.value.rcvd else None
