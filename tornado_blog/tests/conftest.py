"""A freshly copied database for each test, and what tests run as a command."""

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import pytest
from argon2 import PasswordHasher

from app import security
from app.config import Settings, load_settings

PROJECT = Path(__file__).parent.parent
POSTGRES_URL = os.environ.get("TEST_POSTGRES_URL")  # without it: SQLite
# Idiom: by default a test of Tornado's may last 5 seconds, which a busy machine needs.
os.environ.setdefault("ASYNC_TEST_TIMEOUT", "60")
pytest.register_assert_rewrite("tests.browser", "tests.cases")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def quick_hasher(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hash that takes no time; what it costs is the subject of a test of its own."""
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(security, "hasher", hasher)


def run_module(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=PROJECT,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def migrate(database_url: str, *command: str) -> None:
    done = run_module("alembic", *command, DATABASE_URL=database_url)
    assert done.returncode == 0, done.stderr


def on_postgres(statement: str) -> None:
    """In a thread of its own, since a test may have an event loop already."""

    async def execute() -> None:
        connection = await asyncpg.connect(POSTGRES_URL)
        await connection.execute(statement)
        await connection.close()

    with asyncio.Runner() as runner:
        runner.run(execute())


@pytest.fixture(scope="session")
def template_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A database that is migrated once, for the tests to copy."""
    name = f"template_{uuid4().hex}"
    if POSTGRES_URL is None:
        url = f"sqlite:///{tmp_path_factory.mktemp('database') / name}"
        migrate(url, "upgrade", "head")
        yield url
    else:
        on_postgres(f"CREATE DATABASE {name}")
        url = urlsplit(POSTGRES_URL)._replace(path=f"/{name}").geturl()
        migrate(url, "upgrade", "head")
        yield url
        on_postgres(f"DROP DATABASE {name}")


@pytest.fixture
def database_url(template_url: str, tmp_path: Path) -> Iterator[str]:
    name = f"test_{uuid4().hex}"
    if POSTGRES_URL is None:
        shutil.copy(template_url.removeprefix("sqlite:///"), tmp_path / name)
        yield f"sqlite:///{tmp_path / name}"
    else:
        template = urlsplit(template_url).path[1:]
        on_postgres(f"CREATE DATABASE {name} TEMPLATE {template}")
        yield urlsplit(template_url)._replace(path=f"/{name}").geturl()
        on_postgres(f"DROP DATABASE {name}")


@pytest.fixture
def settings(database_url: str) -> Settings:
    return load_settings(
        _env_file=None,
        database_url=database_url,
        public_url="http://blog.test",
        secret_key="for the tests alone, of 32 bytes or more",
    )
