"""Runs the migrations, over the application's own engine."""

from alembic import context
from sqlalchemy import text

from app.extensions import db

MIGRATION_LOCK = 5_141_973  # any number, as long as nothing else locks it

with db.engine.begin() as connection:
    if connection.dialect.name == "postgresql":
        # Of two that migrate at once, one waits.
        connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"))
    context.configure(connection=connection, target_metadata=db.metadata)
    with context.begin_transaction():
        context.run_migrations()
