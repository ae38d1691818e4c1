"""SQLite as Django speaks to it, with times of one length."""

from datetime import datetime

from django.db.backends.sqlite3 import base, operations


class DatabaseOperations(operations.DatabaseOperations):
    # Idiom: Django leaves out microseconds of zero. The other servers on this database
    # write them, and SQLite compares times as texts.
    def adapt_datetimefield_value(self, value: datetime | None) -> str | None:
        text = super().adapt_datetimefield_value(value)
        return f"{text}.000000" if text and "." not in text else text


class DatabaseWrapper(base.DatabaseWrapper):
    ops_class = DatabaseOperations
