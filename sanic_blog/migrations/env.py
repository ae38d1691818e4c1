"""Runs the migrations, over the application's own engine."""

import asyncio
import sys

from alembic import context
from sqlalchemy import Connection, text

from app.accounts import models as accounts
from app.blog import models as blog
from app.config import InvalidSettings, load_settings
from app.database import Base, Database
from app.todos import models as todos

MODELS = (accounts, blog, todos)  # imported so that their tables are known
MIGRATION_LOCK = 5_141_973  # any number, as long as nothing else locks it


def migrate(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        # Of two that migrate at once, one waits.
        connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"))
    context.configure(connection=connection, target_metadata=Base.metadata)
    context.run_migrations()


async def migrate_database() -> None:
    try:
        database = Database(load_settings().sqlalchemy_url)
    except InvalidSettings as error:
        sys.exit(str(error))
    async with database.engine.begin() as connection:
        await connection.run_sync(migrate)
    await database.close()


asyncio.run(migrate_database())
