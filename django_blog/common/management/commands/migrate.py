"""Django's `migrate`, of which two at once do not get in each other's way."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import DatabaseError, connection

MIGRATION_LOCK = 5_141_973  # any number, as long as nothing else locks it


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with _alone():
                super().handle(*args, **options)
        except DatabaseError as error:
            raise CommandError(str(error).strip()) from error


@contextmanager
def _alone() -> Iterator[None]:
    """On PostgreSQL the second waits; on SQLite it fails on what the first has done."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATION_LOCK])
