"""What migrations do beyond Django's own operations."""

from functools import partial
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import RunPython

State = Any


def plain_foreign_keys(*tables: str) -> RunPython:
    """Names foreign keys as PostgreSQL itself does, and has them checked at once."""
    # Idiom: Django makes names of its own, and checks at the end of a transaction. The
    # other servers on this database were told of these names, and of this moment.
    return RunPython(partial(_change_foreign_keys, tables), RunPython.noop)


def _change_foreign_keys(
    tables: tuple[str, ...], _apps: State, editor: BaseDatabaseSchemaEditor
) -> None:
    if editor.connection.vendor != "postgresql":
        return
    for table in tables:
        for name, column in _foreign_keys(editor, table):
            plain_name = f"{table}_{column}_fkey"
            if name != plain_name:
                rename = f'RENAME CONSTRAINT "{name}" TO "{plain_name}"'
                editor.execute(f'ALTER TABLE "{table}" {rename}')
            at_once = f'ALTER CONSTRAINT "{plain_name}" NOT DEFERRABLE'
            editor.execute(f'ALTER TABLE "{table}" {at_once}')


def _foreign_keys(
    editor: BaseDatabaseSchemaEditor, table: str
) -> list[tuple[str, str]]:
    connection = editor.connection
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, table)
    return [(n, c["columns"][0]) for n, c in found.items() if c["foreign_key"]]
