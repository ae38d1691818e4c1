"""A fresh database for each run, and a picture of what one holds."""

import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg.sql import SQL, Identifier

SQLITE, POSTGRES = "sqlite", "postgres"
DATABASES = (SQLITE, POSTGRES)

Picture = dict[str, list[tuple[Any, ...]]]


def sqlite_url(path: Path) -> str:
    return f"sqlite:///{path.resolve()}"


@contextmanager
def fresh_postgres(server_url: str, like: str = "") -> Iterator[str]:
    """Create a database of a random name on a server and drop it in the end.

    It is empty, or a copy of the one whose URL is given.
    """
    name = f"quintet_{secrets.token_hex(6)}"
    template = like.rpartition("/")[2] or "template1"
    create = SQL("CREATE DATABASE {} TEMPLATE {}")
    _administer(server_url, create.format(Identifier(name), Identifier(template)))
    try:
        yield f"{server_url.rpartition('/')[0]}/{name}"
    finally:
        drop = SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name))
        _administer(server_url, drop)


def picture(url: str) -> Picture:
    """Give the schema and every row of a database."""
    return (
        _picture_of_sqlite(url) if url.startswith(SQLITE) else _picture_of_postgres(url)
    )


def differences(before: Picture, after: Picture) -> list[str]:
    names = sorted(before.keys() | after.keys())
    return [name for name in names if before.get(name) != after.get(name)]


def _administer(server_url: str, statement: Any) -> None:
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(statement)


def _picture_of_sqlite(url: str) -> Picture:
    path = url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path)) as connection:
        schema = connection.execute("SELECT name, sql FROM sqlite_master ORDER BY name")
        found: Picture = {"the schema": schema.fetchall()}
        tables = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table'"
        )
        for (table,) in tables.fetchall():
            query = f'SELECT * FROM "{table}"'  # noqa: S608  # its own table names
            rows = connection.execute(query).fetchall()
            found[table] = sorted(rows, key=repr)
        return found


def _picture_of_postgres(url: str) -> Picture:
    schema = """
        SELECT table_name, column_name, data_type, is_nullable
        FROM information_schema.columns WHERE table_schema = 'public'
        UNION ALL
        SELECT tablename, indexname, indexdef, '' FROM pg_indexes
        WHERE schemaname = 'public' ORDER BY 1, 2
    """
    with psycopg.connect(url) as connection:
        found: Picture = {"the schema": connection.execute(schema).fetchall()}
        tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        for (table,) in connection.execute(tables).fetchall():
            query = SQL("SELECT * FROM {}").format(Identifier(table))
            found[table] = sorted(connection.execute(query).fetchall(), key=repr)
        return found
