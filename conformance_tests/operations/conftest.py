"""An implementation whose servers the tests start, hurt and end themselves.

`--implementation` is its folder, `--cache` where its environment is kept. Each test
that starts a server has the log of it read in the end.
"""

import re
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest

from quintet_conformance.client import Connection
from quintet_conformance.contract import Contract
from quintet_conformance.openapi import Document
from quintet_conformance.recorder import Recorder
from quintet_conformance.runner import databases, services
from quintet_conformance.runner.embedded_postgres import EmbeddedPostgres
from quintet_conformance.runner.fuzz import WITHOUT_LIMITS
from quintet_conformance.runner.manifest import Manifest, load_manifest
from quintet_conformance.runner.processes import Server, Workplace, free_port
from quintet_conformance.runner.serving import install
from quintet_conformance.settings import Settings
from quintet_conformance.site import Site

# What a test took away may be missed, which is 503; nothing excuses any other fault.
FAULT = re.compile(r'Traceback \(most recent call last\)|"status":\s*5(?!03)\d\d\b')


@dataclass(frozen=True)
class Implementation:
    """An implementation, installed: its commands, and where they run."""

    manifest: Manifest
    workplace: Workplace

    def run(self, command: str, **settings: str) -> str:
        """Run a command of the manifest to its end and give what it printed."""
        return self.workplace.run(self.manifest.command(command), **settings)


class Launch(Protocol):
    """Start a server and wait until it is ready.

    With workers it is one as in production, else one as in development.
    """

    def __call__(
        self, database_url: str, workers: int = 0, **settings: str
    ) -> Server: ...


def pytest_addoption(parser: pytest.Parser) -> None:
    add = parser.addoption
    add("--implementation", type=Path, metavar="DIR", help="a folder with variant.toml")
    add("--cache", type=Path, metavar="DIR", help="where environments are kept")


@pytest.fixture(scope="session")
def spec(pytestconfig) -> Path:
    return Settings.of(pytestconfig).spec


@pytest.fixture(scope="session")
def implementation(pytestconfig, spec, tmp_path_factory) -> Implementation:
    manifest = load_manifest(pytestconfig.option.implementation, spec)
    settings = {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "TRUSTED_PROXIES": "127.0.0.1",
        "SMTP_URL": f"smtp://127.0.0.1:{free_port()}",  # nobody is there
        "MAIL_FROM": "blog@example.com",
        "LOG_FORMAT": "json",
        **WITHOUT_LIMITS,
    }
    copy = tmp_path_factory.mktemp("copy")
    workplace = install(manifest, copy, pytestconfig.option.cache, settings)
    return Implementation(manifest, workplace)


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """A server that tests share, and may stop when they start it again."""
    with services.own_postgres() as server:
        yield server


@pytest.fixture
def redis_url() -> Iterator[str]:
    with services.redis() as url:
        yield url


@pytest.fixture(scope="session")
def migrated_sqlite(implementation, tmp_path_factory) -> Path:
    path: Path = tmp_path_factory.mktemp("sqlite") / "blog.db"
    implementation.run("migrate", DATABASE_URL=databases.sqlite_url(path))
    return path


@pytest.fixture(scope="session")
def migrated_postgres(implementation, postgres) -> Iterator[str]:
    with databases.fresh_postgres(postgres.url) as url:
        implementation.run("migrate", DATABASE_URL=url)
        yield url


@pytest.fixture
def sqlite_url(migrated_sqlite, tmp_path) -> str:
    """A database that is migrated and empty, in a file of its own folder."""
    folder = tmp_path / "database"
    folder.mkdir()
    return databases.sqlite_url(Path(shutil.copy(migrated_sqlite, folder)))


@pytest.fixture
def postgres_url(migrated_postgres, postgres) -> Iterator[str]:
    """A database that is migrated and empty."""
    with databases.fresh_postgres(postgres.url, like=migrated_postgres) as url:
        yield url


@pytest.fixture(params=databases.DATABASES)
def database_url(request) -> str:
    """Each kind of database, migrated and empty."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def launch(implementation, tmp_path) -> Iterator[Launch]:
    """Servers of one test: whichever still run in the end are killed."""
    logs: list[Path] = []
    with ExitStack() as stack:

        def launch(database_url: str, workers: int = 0, **settings: str) -> Server:
            port, log = free_port(), tmp_path / f"server-{len(logs)}.log"
            kind = "serve_production" if workers else "serve"
            command = implementation.manifest.command(kind, port=port, workers=workers)
            url = f"http://127.0.0.1:{port}"
            settings = {"DATABASE_URL": database_url, "PUBLIC_URL": url, **settings}
            process = implementation.workplace.start(command, log, **settings)
            server = Server(process, url, log)
            stack.callback(server.kill)
            logs.append(log)
            server.wait_until_ready()
            return server

        yield launch
    assert not [line for log in logs for line in faults(log)]


def faults(log: Path) -> list[str]:
    """Find what no fault of the surroundings excuses."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return [f"{log.name}: {line[:500]}" for line in lines if FAULT.search(line)]


@pytest.fixture(scope="session")
def contract(spec) -> Contract:
    return Contract(Document.load(spec / "openapi.yaml"))


@pytest.fixture
def site_of(contract) -> Iterator[Callable[[Server], Site]]:
    """Give a server as a place to make users and posts at, each answer checked."""
    with ExitStack() as stack:

        def site(server: Server) -> Site:
            connection = Connection(server.url, contract, Recorder())
            stack.enter_context(connection.http)
            return Site(connection)

        yield site
