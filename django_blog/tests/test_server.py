"""The server as a process: its workers, what it does with sockets, how it stops."""

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.request import urlopen

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.frames import Frame, Opcode
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from config.values import BASE_DIR
from tests.test_config import run

WRITE_A_POST = """
from accounts.models import User
from blog.models import Post
ada = User.objects.create(username="ada")
Post.objects.create(author=ada, slug="a-title", title="A title", status="published")
"""


@pytest.fixture(scope="module")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """With a post in it."""
    url = f"sqlite:///{tmp_path_factory.mktemp('server') / 'blog.db'}"
    for command in (["migrate"], ["shell", "-c", WRITE_A_POST]):
        done = run("manage.py", *command, DATABASE_URL=url)
        assert done.returncode == 0, done.stderr
    return url


@contextmanager
def starting(*options: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "--bind", "127.0.0.1:0", *options],
        cwd=BASE_DIR,
        env={"PYTHON_DOTENV_DISABLED": "1", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as server:
        yield server
        server.kill()


def read_until(server: subprocess.Popen[str], text: str) -> str:
    assert server.stdout
    lines: list[str] = []
    while not lines or text not in lines[-1]:
        lines.append(server.stdout.readline())
        assert lines[-1], lines
    return "".join(lines)


def address_of(server: subprocess.Popen[str]) -> str:
    """Host and port, once the server answers."""
    line = read_until(server, "Listening at").splitlines()[-1]
    address = re.search(r"http://([0-9.:]+)", line)
    assert address
    with urlopen(f"{address[0]}/healthz"):
        return address[1]


def stop(server: subprocess.Popen[str]) -> str:
    """What it printed until its end."""
    began = time.monotonic()
    server.send_signal(signal.SIGTERM)
    printed, _ = server.communicate(timeout=10)
    assert server.returncode == 0
    assert time.monotonic() - began < 10
    assert "Traceback" not in printed
    return printed


@pytest.mark.parametrize(
    ("redis_url", "started"), [("", 1), ("redis://127.0.0.1:9", 2)]
)
def test_several_workers_need_redis(redis_url: str, started: int) -> None:
    with starting("--workers", "2", REDIS_URL=redis_url) as server:
        printed = "".join(read_until(server, "Booting worker") for _ in range(started))
        printed += stop(server)
    assert printed.count("Booting worker") == started
    assert ("starting one" in printed) == (started == 1)
    assert "Without SECRET_KEY" in printed


def test_server_answers_until_sigterm(database_url: str) -> None:
    with starting(DATABASE_URL=database_url, LOG_FORMAT="json") as server:
        with urlopen(f"http://{address_of(server)}/readyz") as answer:
            assert "Server" not in answer.headers
        lines = [json.loads(line) for line in stop(server).splitlines()]
    assert "/readyz" in {line.get("route") for line in lines}


def close_code(socket: ClientConnection) -> int | None:
    with pytest.raises(ConnectionClosed) as closed:
        socket.recv(timeout=5)
    return closed.value.rcvd.code if closed.value.rcvd else None


def test_sockets_of_a_server(database_url: str) -> None:
    with starting(DATABASE_URL=database_url) as server:
        address = address_of(server)
        url = f"ws://{address}/ws/posts/a-title"
        with pytest.raises(InvalidStatus), connect(url, origin=Origin("null")):
            pass
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
            printed = stop(server)
            assert close_code(socket) == 1012
    assert "a-title" not in printed
    assert printed.count("GET /ws/posts/{slug} 101 ") == 4
    assert "ERROR" not in printed
