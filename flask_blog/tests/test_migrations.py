"""The migrations make the schema that the models describe, and can unmake it."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Timer
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from sqlalchemy import Connection, inspect, text
from sqlalchemy.engine.interfaces import ReflectedIndex
from sqlalchemy.schema import CreateIndex

from app import create_app
from app.database import Base
from app.extensions import db
from tests.conftest import (
    POSTGRES_URL,
    PROJECT,
    close,
    on_postgres,
    run_command,
    settings_for,
)

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


def read_schema(url: str) -> dict[str, dict[str, object]]:
    """Every table with its columns, keys, constraints and indexes."""
    app = create_app(settings_for(url))
    with app.app_context(), db.reading() as connection:
        schema = _inspect(connection)
    close(app)
    return schema


def migrate(url: str, *command: str) -> None:
    app = create_app(settings_for(url))
    done = run_command(app, "db", *command)
    assert done.exit_code == 0, done.output
    close(app)


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
def test_migrations_make_what_the_models_describe(
    empty_url: str, database_url: str
) -> None:
    app = create_app(settings_for(empty_url))
    with app.app_context():
        db.create_all(bind_key=None)
    close(app)
    assert read_schema(database_url) == read_schema(empty_url)


@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based")
def test_up_down_up(empty_url: str, database_url: str) -> None:
    migrate(empty_url, "upgrade")
    migrate(empty_url, "upgrade")
    migrate(empty_url, "downgrade", "base")
    assert read_schema(empty_url) == {}
    migrate(empty_url, "upgrade")
    assert read_schema(empty_url) == read_schema(database_url)


def test_two_migrations_at_once(empty_url: str) -> None:
    command = [sys.executable, "-m", "flask", "--app", "app", "db", "upgrade"]
    runs = [
        subprocess.Popen(command, cwd=PROJECT, env={"DATABASE_URL": empty_url})
        for _ in range(2)
    ]
    assert [run.wait(timeout=60) for run in runs] == [0, 0]


def test_a_new_file_is_opened_while_another_writes_it(tmp_path: Path) -> None:
    app = create_app(settings_for(f"sqlite:///{tmp_path / 'new.db'}"))
    other = sqlite3.connect(
        tmp_path / "new.db", isolation_level=None, check_same_thread=False
    )
    other.execute("BEGIN IMMEDIATE")
    Timer(WRITING_SECONDS, other.execute, ["COMMIT"]).start()
    with app.app_context():
        with db.engine.begin() as connection:
            connection.execute(text("CREATE TABLE made (id INTEGER)"))
        db.engine.dispose()
        with db.engine.connect() as connection:
            assert connection.scalar(text("PRAGMA journal_mode")) == "wal"
    close(app)
    other.close()


def test_unique_names_ignore_case() -> None:
    """Indexes on expressions, which SQLite does not tell about."""
    tables = Base.metadata.tables.values()
    indexes = {str(i.name): i for table in tables for i in table.indexes}
    for column in ("username", "email"):
        index = indexes[f"users_{column}_lower_key"]
        assert f"(lower({column}))" in str(CreateIndex(index))
        assert index.unique
