"""The server as processes: how it starts, what it survives, how it ends."""

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection

import pytest

from app.accounts.schemas import Registration
from app.accounts.services import create_user
from app.accounts.users import Caller
from app.blog.schemas import NewPost
from app.blog.services import create_post
from app.config import load_settings
from app.database import Database
from tests.cases import PASSWORD
from tests.conftest import PROJECT, run_module

PATIENCE_SECONDS = 30
STARTED = re.compile(r"Process (\d+) runs on http://127\.0\.0\.1:(\d+)")
HALF = (
    b"POST /api/v1/auth/logout HTTP/1.1\r\nHost: x\r\n"
    b"Content-Type: application/json\r\nContent-Length: 21\r\n"
    b"Expect: 100-continue\r\n\r\n"
)
REST = b'{"refresh_token":"x"}'
HANDSHAKE = (
    b"GET /ws/posts/%s HTTP/1.1\r\nHost: x\r\n"
    b"Connection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
GOING_AWAY = b"\x88\x02\x03\xe9"  # a frame that closes with 1001
AGREED = b"\x88\x80\0\0\0\0"  # the client's, masked with zeros


class Server:
    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.port = 0
        self.workers: list[int] = []

    def wait_for_workers(self, number: int) -> list[int]:
        """Reads on until so many have told that they run."""
        assert self.process.stdout
        started: list[int] = []
        while len(started) < number:
            line = self.process.stdout.readline()
            assert line, "the server ended"
            if found := STARTED.search(line):
                started.append(int(found[1]))
                self.port = int(found[2])
        self.workers += started
        return started

    def get(self, path: str) -> str:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        connection.request("GET", path)
        answer = connection.getresponse()
        assert answer.status == 200
        text = answer.read().decode()
        connection.close()
        return text

    def wait_until_closed(self) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
            except ConnectionRefusedError:
                return
            time.sleep(0.02)
        pytest.fail("the port is still open")

    def finish(self) -> str:
        """Waits for the end, and gives the rest of the log."""
        rest, _ = self.process.communicate(timeout=PATIENCE_SECONDS)
        return rest


@contextmanager
def serving(database_url: str, *options: str, **environment: str) -> Iterator[Server]:
    process = subprocess.Popen(
        [sys.executable, "-m", "app.server", "--port", "0", *options],
        cwd=PROJECT,
        env={"DATABASE_URL": database_url, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with process:
        try:
            yield Server(process)
        finally:
            process.kill()


@contextmanager
def half_a_request(port: int) -> Iterator[socket.socket]:
    address = ("127.0.0.1", port)
    with socket.create_connection(address, timeout=PATIENCE_SECONDS) as connection:
        connection.sendall(HALF)
        assert b" 100 " in connection.recv(1000)
        yield connection


@pytest.mark.parametrize("workers", [1, 2])
def test_sigterm_lets_what_is_in_flight_finish(database_url: str, workers: int) -> None:
    options = ["--workers", str(workers)]
    with serving(database_url, *options, REDIS_URL="redis://127.0.0.1:9") as server:
        server.wait_for_workers(workers)
        with half_a_request(server.port) as connection:
            server.process.send_signal(signal.SIGTERM)
            server.wait_until_closed()
            connection.sendall(REST)
            assert connection.recv(1000).startswith(b"HTTP/1.1 204 ")
        rest = server.finish()
        assert server.process.returncode == 0
        assert "Traceback" not in rest


def test_sigterm_waits_five_seconds_at_most(database_url: str) -> None:
    with serving(database_url) as server:
        server.wait_for_workers(1)
        with half_a_request(server.port):
            started = time.monotonic()
            server.process.send_signal(signal.SIGTERM)
            rest = server.finish()
        assert time.monotonic() - started < 10
        assert "Stopping before all was done" in rest
        assert "Traceback" not in rest


async def publish_post(database_url: str) -> str:
    database = Database(load_settings(database_url=database_url).sqlalchemy_url)
    async with database.writing() as session:
        user = await create_user(
            session,
            Registration(username="ada", email="ada@example.org", password=PASSWORD),
        )
        ada = Caller(user.id, user.username, user.email, user.role, user.token_version)
        new = NewPost(title="A title", body="A body.", status="published")
        post = await create_post(session, ada, new)
    await database.close()
    return post.slug


@pytest.mark.parametrize("agrees", [True, False])
def test_sigterm_closes_sockets(database_url: str, agrees: bool) -> None:
    slug = asyncio.run(publish_post(database_url))
    with serving(database_url) as server:
        server.wait_for_workers(1)
        with socket.create_connection(("127.0.0.1", server.port)) as connection:
            connection.settimeout(PATIENCE_SECONDS)
            connection.sendall(HANDSHAKE % slug.encode())
            assert connection.recv(1000).startswith(b"HTTP/1.1 101 ")
            started = time.monotonic()
            server.process.send_signal(signal.SIGTERM)
            assert connection.recv(1000) == GOING_AWAY
            if agrees:
                connection.sendall(AGREED)
            rest = server.finish()
        assert time.monotonic() - started < 10
        assert ("Stopping before all was done" in rest) != agrees
        assert "Traceback" not in rest


def test_worker_that_dies_is_replaced(database_url: str) -> None:
    options = ["--workers", "2"]
    with serving(database_url, *options, REDIS_URL="redis://127.0.0.1:9") as server:
        first, second = server.wait_for_workers(2)
        os.kill(first, signal.SIGKILL)
        (replacement,) = server.wait_for_workers(1)
        assert replacement not in {first, second}
        assert json.loads(server.get("/healthz")) == {"status": "ok"}
        server.process.send_signal(signal.SIGTERM)
        server.finish()


def test_workers_end_with_their_parent(database_url: str) -> None:
    options = ["--workers", "2"]
    with serving(database_url, *options, REDIS_URL="redis://127.0.0.1:9") as server:
        server.wait_for_workers(2)
        server.process.kill()
        server.finish()  # not before all that hold the pipe of the log are gone


def test_metrics_are_those_of_all_workers(database_url: str) -> None:
    options = ["--workers", "3"]
    with serving(database_url, *options, REDIS_URL="redis://127.0.0.1:9") as server:
        server.wait_for_workers(3)
        for _ in range(30):
            server.get("/healthz")
        counted = 'http_requests_total{method="GET",route="/healthz",status="200"} 30.0'
        assert counted in server.get("/metrics")
        server.process.send_signal(signal.SIGTERM)
        server.finish()


def test_several_workers_need_redis(database_url: str) -> None:
    with serving(database_url, "--workers", "3") as server:
        assert server.process.stdout
        assert "starting one" in server.process.stdout.readline()
        server.wait_for_workers(1)
        server.process.send_signal(signal.SIGTERM)
        assert "runs on" not in server.finish()


def test_port_that_is_taken_is_one_line(database_url: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        done = run_module("app.server", "--port", port, DATABASE_URL=database_url)
    assert done.returncode == 1
    assert done.stderr == f"127.0.0.1:{port}: Address already in use\n"
