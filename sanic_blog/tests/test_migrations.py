"""The migrations make the schema that the models describe, and can unmake it."""

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from sqlalchemy import Connection, inspect, text
from sqlalchemy.engine.interfaces import ReflectedIndex
from sqlalchemy.schema import CreateIndex

from app.config import load_settings
from app.database import Base, Database
from tests.conftest import POSTGRES_URL, PROJECT, migrate, on_postgres

pytestmark = pytest.mark.anyio

WRITING_SECONDS = 0.3


@pytest.fixture
def empty_url(tmp_path: Path) -> Iterator[str]:
    if POSTGRES_URL is None:
        yield f"sqlite:///{tmp_path / 'empty.db'}"
    else:
        name = f"empty_{uuid4().hex}"
        on_postgres(f"CREATE DATABASE {name}")
        yield urlsplit(POSTGRES_URL)._replace(path=f"/{name}").geturl()
        on_postgres(f"DROP DATABASE {name}")


async def read_schema(url: str) -> dict[str, dict[str, object]]:
    """Every table with its columns, keys, constraints and indexes."""
    database = Database(load_settings(_env_file=None, database_url=url).sqlalchemy_url)
    async with database.engine.connect() as connection:
        schema = await connection.run_sync(_inspect)
    await database.close()
    return schema


def _inspect(connection: Connection) -> dict[str, dict[str, object]]:
    reader = inspect(connection)
    names = set(reader.get_table_names()) - {"alembic_version"}
    return {
        name: {
            "columns": [
                (c["name"], str(c["type"]), c["nullable"])
                for c in reader.get_columns(name)
            ],
            "primary key": reader.get_pk_constraint(name),
            "foreign keys": sorted(map(str, reader.get_foreign_keys(name))),
            "unique": sorted(map(str, reader.get_unique_constraints(name))),
            "checks": sorted(
                (str(c["name"]), c["sqltext"])
                for c in reader.get_check_constraints(name)
            ),
            "indexes": sorted(map(_describe, reader.get_indexes(name))),
        }
        for name in names
    }


def _describe(index: ReflectedIndex) -> str:
    """With the condition of a partial index, which is an object of its own."""
    options = {name: str(o) for name, o in index.get("dialect_options", {}).items()}
    return str({**index, "dialect_options": options})


@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based")
async def test_migrations_make_what_the_models_describe(
    empty_url: str, database_url: str
) -> None:
    settings = load_settings(_env_file=None, database_url=empty_url)
    database = Database(settings.sqlalchemy_url)
    async with database.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    await database.close()
    assert await read_schema(database_url) == await read_schema(empty_url)


@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based")
async def test_up_down_up(empty_url: str, database_url: str) -> None:
    migrate(empty_url, "upgrade", "head")
    migrate(empty_url, "upgrade", "head")
    migrate(empty_url, "downgrade", "base")
    assert await read_schema(empty_url) == {}
    migrate(empty_url, "upgrade", "head")
    assert await read_schema(empty_url) == await read_schema(database_url)


def test_two_migrations_at_once(empty_url: str) -> None:
    command = [sys.executable, "-m", "alembic", "upgrade", "head"]
    runs = [
        subprocess.Popen(command, cwd=PROJECT, env={"DATABASE_URL": empty_url})
        for _ in range(2)
    ]
    assert [run.wait(timeout=60) for run in runs] == [0, 0]


async def test_a_new_file_is_opened_while_another_writes_it(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'new.db'}")
    other = sqlite3.connect(tmp_path / "new.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    asyncio.get_running_loop().call_later(WRITING_SECONDS, other.execute, "COMMIT")
    async with database.engine.begin() as connection:
        await connection.execute(text("CREATE TABLE made (id INTEGER)"))
    await database.engine.dispose()
    async with database.engine.connect() as connection:
        assert await connection.scalar(text("PRAGMA journal_mode")) == "wal"
    await database.close()
    other.close()


def test_unique_names_ignore_case() -> None:
    """Indexes on expressions, which SQLite does not tell about."""
    tables = Base.metadata.tables.values()
    indexes = {str(i.name): i for table in tables for i in table.indexes}
    for column in ("username", "email"):
        index = indexes[f"users_{column}_lower_key"]
        assert f"(lower({column}))" in str(CreateIndex(index))
        assert index.unique
