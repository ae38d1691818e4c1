"""The server as a process: what it does with sockets, and how it stops."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode
from websockets.sync.client import ClientConnection, connect

from tests.conftest import PROJECT, SignUp, write_post

pytestmark = pytest.mark.anyio


@contextmanager
def serving(database_url: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process, and the host and port at which it is reached."""
    with subprocess.Popen(
        [sys.executable, "-m", "app.server", "--port", "0"],
        cwd=PROJECT,
        env={"DATABASE_URL": database_url},
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdout
        line = next(line for line in server.stdout if "running on" in line)
        yield server, line.partition("http://")[2].split()[0]
        server.kill()


def stop(server: subprocess.Popen[str]) -> str:
    """The log since the start."""
    started = time.monotonic()
    server.send_signal(signal.SIGTERM)
    log, _ = server.communicate(timeout=10)
    assert time.monotonic() - started < 10
    assert "Traceback" not in log
    return log


def close_code(socket: ClientConnection) -> int | None:
    with pytest.raises(ConnectionClosed) as closed:
        socket.recv(timeout=5)
    return closed.value.rcvd.code if closed.value.rcvd else None


def test_server_stops_at_sigterm(database_url: str) -> None:
    with serving(database_url) as (server, _address):
        stop(server)


async def test_sockets_of_a_server(
    client: httpx.AsyncClient, sign_up: SignUp, database_url: str
) -> None:
    await write_post(client, await sign_up("ada"))
    with serving(database_url) as (server, address):
        url = f"ws://{address}/ws/posts/a-title"
        with connect(url) as socket:
            socket.send("x" * 4096)
            assert "bad_message" in str(socket.recv(timeout=5))
            socket.send("x" * 4097)
            assert close_code(socket) == 1009
        with connect(url) as socket:
            # No client would send what is no UTF-8.
            socket.socket.sendall(Frame(Opcode.TEXT, b"\xff").serialize(mask=True))
            assert close_code(socket) == 1007
        with connect(url) as socket:
            socket.socket.shutdown(2)  # vanishes without a word
        with connect(url) as socket:
            log = stop(server)
            assert close_code(socket) == 1012
    assert "a-title" not in log
    lines = [line for line in log.splitlines() if "/ws/posts/{slug} 101" in line]
    assert len(lines) == 4
    assert "ERROR" not in log
