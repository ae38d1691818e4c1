"""The demo: implementations with demo data on fixed ports, until interrupted."""

import json
import secrets
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from quintet_conformance.runner.databases import sqlite_url
from quintet_conformance.runner.environment import LOCK, prepare_environment
from quintet_conformance.runner.exhibit import Exhibit
from quintet_conformance.runner.processes import Server, ServerFailedError, Workplace
from quintet_conformance.runner.start_page import StartPage, render

PAUSE = 0.5
GUIDE = """\

{sites}

Accounts (the same everywhere; admins and editors may change everybody's posts):
{accounts}

Read:
  curl -s '{url}/api/v1/posts?limit=3'
Sign in and write:
  TOKEN=$(curl -s {url}/api/v1/auth/login -H 'Content-Type: application/json' \\
    -d '{{"username": "{username}", "password": "{password}"}}' \\
    | python3 -c 'import json, sys; print(json.load(sys.stdin)["access_token"])')
  curl -s {url}/api/v1/posts -H "Authorization: Bearer $TOKEN" \\
    -H 'Content-Type: application/json' \\
    -d '{{"title": "Hello", "body": "From *curl*.", "status": "published"}}'

Data and logs are in {data}. Ctrl-C stops everything."""

Json = Any


class DemoFailedError(Exception):
    """The demo cannot start, or did not last."""


class Interrupted(BaseException):  # it is no error
    """Somebody asked the demo to end."""


def show(
    exhibits: list[Exhibit], spec: Path, cache: Path, data: Path, start: int | None
) -> None:
    """Start all, tell how to use them, and wait for Ctrl-C or SIGTERM.

    With a port to `start` from there is a page that leads to them.
    """
    ports = [exhibit.port for exhibit in exhibits]
    _refuse_taken_ports([start, *ports] if start else ports)
    users = json.loads((spec / "demo_data.json").read_text("utf-8"))["users"]
    data.mkdir(parents=True, exist_ok=True)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    try:
        with ExitStack() as stack:
            serving = [_serving(each, cache, data) for each in exhibits]
            servers = [stack.enter_context(server) for server in serving]
            stack.callback(_tell_to_stop, servers)
            for server in servers:
                server.wait_until_ready()
            if start:
                stack.enter_context(StartPage(start, render(exhibits, users)))
                print(f"\nStart here: http://127.0.0.1:{start}")
            print(_guide(exhibits, users, data), flush=True)
            _watch(servers)
    except Interrupted:
        print("Stopped.", flush=True)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    # One is enough: what follows is tidying up, which takes its moment.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    print("\nStopping…", flush=True)
    raise Interrupted


def _refuse_taken_ports(ports: list[int]) -> None:
    for port in ports:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as error:
                msg = f"port {port} is taken: stop what uses it, then try again"
                raise DemoFailedError(msg) from error


@contextmanager
def _serving(exhibit: Exhibit, cache: Path, data: Path) -> Iterator[Server]:
    manifest = exhibit.manifest
    print(f"{manifest.name}: install, migrate, load demo data, start", flush=True)
    lock = manifest.directory / LOCK
    settings = {
        "DATABASE_URL": sqlite_url(data / f"{manifest.key}.db"),
        "SECRET_KEY": secrets.token_urlsafe(48),
        "PUBLIC_URL": exhibit.url,
    }
    environment = prepare_environment(manifest.key, lock, cache)
    workplace = Workplace(manifest.directory, environment, settings)
    for command in ("migrate", "load_demo"):
        workplace.run(manifest.command(command))
    log = data / f"{manifest.key}.log"
    process = workplace.start(manifest.command("serve", port=exhibit.port), log)
    server = Server(process, exhibit.url, log)
    try:
        yield server
    finally:
        _stop(server)


def _tell_to_stop(servers: list[Server]) -> None:
    """Let all of them stop at the same time; each is waited for afterwards."""
    for server in servers:
        server.process.terminate()


def _stop(server: Server) -> None:
    try:
        server.stop()
    except ServerFailedError as error:
        print(f"{server.url} {error}")


def _watch(servers: list[Server]) -> None:
    while True:
        time.sleep(PAUSE)
        for server in servers:
            if server.process.poll() is not None:
                msg = f"{server.url} ended by itself:\n{server.tail()}"
                raise DemoFailedError(msg)


def _guide(exhibits: list[Exhibit], users: list[Json], data: Path) -> str:
    sites = (
        f"  {each.manifest.name:8} {name:14} {address}"
        for each in exhibits
        for name, address in each.links()
    )
    accounts = (
        f"  {user['username']:10} {user['password']:22} {user['role']}"
        for user in users
    )
    return GUIDE.format(
        sites="\n".join(sites),
        accounts="\n".join(accounts),
        url=exhibits[0].url,
        username=users[0]["username"],
        password=users[0]["password"],
        data=data,
    )
