"""The engine, its two kinds of session, and the types that the tables share."""

import re
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, date, datetime
from typing import Annotated, Any, ClassVar

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
)
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import (
    AsyncConnection,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, mapped_column
from sqlalchemy.sql.functions import GenericFunction

from app.errors import AppError, Unavailable
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

Publish = Callable[[AsyncSession], Awaitable[None]]


class Database:
    """Hands out sessions; whoever takes one is the owner of its transaction."""

    def __init__(self, url: str, publish: Publish | None = None) -> None:
        self.engine = create_async_engine(url, hide_parameters=True)
        if self.engine.dialect.name == "sqlite":
            _make_sqlite_safe(self.engine.sync_engine)
        else:
            _tell_dates_as_text(self.engine.sync_engine)
            _replace_lost_connections(self.engine.sync_engine)
        self._autocommit = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._writing = async_sessionmaker(self.engine, expire_on_commit=False)
        self._publish = publish

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """For columns that need no transaction: no BEGIN, no lock, no unit of work."""
        with _outages_told():
            async with self._autocommit.connect() as connection:
                yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncSession]:
        """One transaction, begun by its first statement: the whole of it or nothing.

        What it has announced is published after the commit, and only then.
        """
        with _outages_told():
            async with self._writing() as session:
                try:
                    yield session
                except AppError as error:
                    if error.keeps_changes:
                        await session.commit()
                    raise
                await session.commit()
        if self._publish:
            await self._publish(session)

    async def close(self) -> None:
        await self.engine.dispose()


@contextmanager
def _outages_told() -> Iterator[None]:
    """Turns a database that is away, or out of room, into Unavailable."""
    try:
        yield
    except (OSError, PoolTimeoutError) as error:
        raise Unavailable from error
    except DBAPIError as error:
        if _is_outage(error):
            raise Unavailable from error
        raise


def _is_outage(error: DBAPIError) -> bool:
    sqlstate = getattr(error.orig, "sqlstate", None) or ""
    sqlite_code = getattr(error.orig, "sqlite_errorcode", None) or 0
    return (
        error.connection_invalidated
        or isinstance(error, InterfaceError)
        or sqlstate[:2] in OUTAGES
        or sqlite_code % 256 in SQLITE_OUTAGES  # the rest is detail
    )


def _make_sqlite_safe(engine: Engine) -> None:
    """Lets writers wait for each other; by default two of them would lose an update."""

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: object) -> None:
        connection.isolation_level = (
            None  # SQLAlchemy begins transactions, not sqlite3.
        )
        cursor = connection.cursor()
        for pragma in ("busy_timeout=10000", "foreign_keys=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        _write_ahead(cursor)
        cursor.close()

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        if connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
            connection.exec_driver_sql("BEGIN IMMEDIATE")


def _write_ahead(cursor: Any) -> None:
    """Leaves it to a later connection where another writes: SQLite does not wait."""
    try:
        cursor.execute("PRAGMA journal_mode=WAL")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode % 256 != sqlite3.SQLITE_BUSY:
            raise


def _tell_dates_as_text(engine: Engine) -> None:
    """Keeps the first and the last day of the calendar what they are.

    In binary, asyncpg takes them for the infinities of PostgreSQL.
    """
    asyncpg: Any = engine.dialect.loaded_dbapi.asyncpg
    codec = {"encoder": str, "decoder": date.fromisoformat, "format": "text"}

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: object) -> None:
        try:
            connection.run_async(
                lambda own: own.set_type_codec("date", schema="pg_catalog", **codec)
            )
        except (asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            # SQLAlchemy, which would translate it, is not at work yet.
            raise ConnectionError("The database left at once") from error


def _replace_lost_connections(engine: Engine) -> None:
    """Sees without a question, which `pool_pre_ping` asks at each use, who is gone."""

    @event.listens_for(engine, "checkout")
    def on_checkout(connection: Any, _record: object, _proxy: object) -> None:
        if connection.driver_connection.is_closed():
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
    # The names that PostgreSQL gives by itself: any tool can arrive at the same ones.
    metadata = MetaData(
        naming_convention={
            "pk": "%(table_name)s_pkey",
            "fk": "%(table_name)s_%(column_0_name)s_fkey",
            "uq": "%(table_name)s_%(column_0_N_name)s_key",
            "ck": "%(table_name)s_%(constraint_name)s_check",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: UtcDateTime}


# What can run a SELECT; statements and rows of whatever columns.
Reader = AsyncConnection | AsyncSession
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


async def delete_in_order(
    session: AsyncSession, model: Any, *conditions: ColumnExpressionArgument[bool]
) -> None:
    """Locks the rows by their ids first: two deletions that overlap never deadlock."""
    locked = select(model.id).where(*conditions).order_by(model.id).with_for_update()
    await session.execute(delete(model).where(model.id.in_(locked)))


async def insert_once(session: AsyncSession, row: Base) -> bool:
    """Lets a unique constraint decide who is first, and tells whether we are."""
    try:
        async with session.begin_nested():
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
