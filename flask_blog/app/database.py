"""The two engines, and the types that the tables share."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from select import POLLIN, poll
from typing import Annotated, Any

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    ColumnExpressionArgument,
    Connection,
    DateTime,
    Dialect,
    Engine,
    Identity,
    Integer,
    MetaData,
    Row,
    Select,
    SQLColumnExpression,
    String,
    TypeDecorator,
    bindparam,
    delete,
    event,
    select,
)
from sqlalchemy.exc import (
    DBAPIError,
    IntegrityError,
    InterfaceError,
    InvalidatePoolError,
    OperationalError,
    SQLAlchemyError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column, registry
from sqlalchemy.sql.functions import GenericFunction

from app.validation import fold

SQLITE_OUTAGES = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
}
# Classes of SQLSTATE that say: not now. Connection, login, no such database, deadlock,
# resources, shutdown, system.
OUTAGES = {"08", "28", "3D", "40", "53", "57", "58"}


class Database(SQLAlchemy):
    # Idiom: `db.session` begins a transaction with its first statement. Nothing lasts
    # without the view's `db.session.commit()`: what is left open is rolled back as the
    # context ends. What only reads needs none of this, and takes `db.reading()`.
    def init_app(self, app: Flask) -> None:
        super().init_app(app)
        with app.app_context():
            if self.engine.dialect.name == "sqlite":
                _make_sqlite_safe(self.engine, self.engines["reading"])
            else:
                _replace_lost_connections(self.engine, self.engines["reading"])

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """For columns that need no transaction: no BEGIN, no lock, no unit of work."""
        with self.engines["reading"].connect() as connection:
            yield connection


def is_outage(error: SQLAlchemyError) -> bool:
    """Whether the database is away or out of room: another try may succeed."""
    if not isinstance(error, DBAPIError):
        return isinstance(error, PoolTimeoutError)
    sqlstate = getattr(error.orig, "sqlstate", None) or ""
    sqlite_code = getattr(error.orig, "sqlite_errorcode", None)
    if sqlite_code is not None:
        return sqlite_code % 256 in SQLITE_OUTAGES  # the rest is detail
    return (
        error.connection_invalidated
        or isinstance(error, InterfaceError)
        or (isinstance(error, OperationalError) and not sqlstate)  # nobody answered
        or sqlstate[:2] in OUTAGES
    )


def _make_sqlite_safe(writing: Engine, reading: Engine) -> None:
    """Lets writers wait for each other; by default two of them would lose an update."""

    @event.listens_for(writing, "connect")
    @event.listens_for(reading, "connect")
    def on_connect(connection: sqlite3.Connection, _record: object) -> None:
        # SQLAlchemy begins transactions, not sqlite3.
        connection.isolation_level = None
        for pragma in ("busy_timeout=10000", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")
        _write_ahead(connection)

    @event.listens_for(writing, "begin")
    def on_begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Leaves it to a later connection where another writes: SQLite does not wait."""
    try:
        connection.execute("PRAGMA journal_mode=WAL")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode % 256 != sqlite3.SQLITE_BUSY:
            raise


def _replace_lost_connections(writing: Engine, reading: Engine) -> None:
    """Sees without a question, which `pool_pre_ping` asks at each use, who is gone."""

    @event.listens_for(writing, "checkout")
    @event.listens_for(reading, "checkout")
    def on_checkout(connection: Any, _record: object, _proxy: object) -> None:
        # Nobody has asked it anything: what there is to read is its end.
        arrivals = poll()
        arrivals.register(connection.fileno(), POLLIN)
        if arrivals.poll(0):
            raise InvalidatePoolError


class UtcDateTime(TypeDecorator[datetime]):
    """SQLite keeps no time zone: times are stored in UTC and come back as such."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_result_value(
        self,
        value: datetime | None,
        dialect: Dialect,  # noqa: ARG002 - part of the interface
    ) -> datetime | None:
        return value.replace(tzinfo=UTC) if value else None


def utc_now() -> datetime:
    return datetime.now(UTC)


class Base(DeclarativeBase):
    # Idiom: Flask-SQLAlchemy makes its `db.Model` of a copy of this class, to which its
    # metadata and type map can belong through the registry alone.
    registry = registry(
        # The names that PostgreSQL gives by itself: any tool can arrive at them.
        metadata=MetaData(
            naming_convention={
                "pk": "%(table_name)s_pkey",
                "fk": "%(table_name)s_%(column_0_name)s_fkey",
                "uq": "%(table_name)s_%(column_0_N_name)s_key",
                "ck": "%(table_name)s_%(constraint_name)s_check",
            }
        ),
        type_annotation_map={datetime: UtcDateTime},
    )


# What can run a SELECT; statements and rows of whatever columns.
Reader = Connection | Session
AnySelect = Select[*tuple[Any, ...]]
AnyRow = Row[*tuple[Any, ...]]

# SQLite gives the id of a deleted last row again unless it is told to remember.
NEVER_REUSE_IDS = {"sqlite_autoincrement": True}
BigInt = BigInteger().with_variant(Integer, "sqlite")
Id = Annotated[int, mapped_column(BigInt, Identity(), primary_key=True)]


class ascii_lower(GenericFunction[str]):  # noqa: N801 - named and used like func.lower
    """Folds A to Z and orders by code point, whatever the collation of the database."""

    type = String()
    inherit_cache = True


@compiles(ascii_lower)
def _compile_ascii_lower(element: ascii_lower, compiler: Any, **options: Any) -> str:
    return f"lower({compiler.process(element.clauses, **options)})"


@compiles(ascii_lower, "postgresql")
def _compile_for_postgresql(element: ascii_lower, compiler: Any, **options: Any) -> str:
    return f'lower({compiler.process(element.clauses, **options)} COLLATE "C")'


def delete_in_order(
    session: Session, model: Any, *conditions: ColumnExpressionArgument[bool]
) -> None:
    """Locks the rows by their ids first: two deletions that overlap never deadlock."""
    locked = select(model.id).where(*conditions).order_by(model.id).with_for_update()
    session.execute(delete(model).where(model.id.in_(locked)))


def insert_once(session: Session, row: Base) -> bool:
    """Lets a unique constraint decide who is first, and tells whether we are."""
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        return False
    return True


def contains_word(column: SQLColumnExpression[str], name: str) -> ColumnElement[bool]:
    """For the parameter `name`, which word_pattern makes; ASCII without case."""
    return ascii_lower(column).like(bindparam(name, type_=String), escape="/")


def word_pattern(word: str) -> str:
    """A LIKE pattern for the word anywhere, in which every character means itself."""
    return "%" + re.sub("([/%_])", r"/\1", fold(word)) + "%"


def name_key(name: str) -> str:
    """A name as the database compares it; what holds U+0000 is nobody's name."""
    return "" if "\0" in name else fold(name)
