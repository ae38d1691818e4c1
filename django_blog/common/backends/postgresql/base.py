"""PostgreSQL as Django speaks to it, with foreign keys as PostgreSQL makes them."""

from collections.abc import Sequence

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.postgresql import base, features, operations, schema


class DatabaseFeatures(features.DatabaseFeatures):
    can_defer_constraint_checks = False


class DatabaseOperations(operations.DatabaseOperations):
    def deferrable_sql(self) -> str:
        return ""


class DatabaseSchemaEditor(schema.DatabaseSchemaEditor):
    # Idiom: Django names foreign keys by a hash and has them checked when a transaction
    # ends. The other servers on this database know them by PostgreSQL's own names, and
    # expect to be told at once.
    sql_create_column_inline_fk = (
        "CONSTRAINT %(name)s REFERENCES %(to_table)s(%(to_column)s)%(deferrable)s"
    )
    sql_delete_fk = BaseDatabaseSchemaEditor.sql_delete_fk

    def _create_index_name(
        self, table_name: str, column_names: Sequence[str], suffix: str = ""
    ) -> str:
        if suffix.startswith("_fk"):
            return "_".join((table_name, *column_names, "fkey"))
        name = super()._create_index_name(table_name, column_names, suffix)  # type: ignore[misc]  # the stubs leave it out
        return str(name)


class DatabaseWrapper(base.DatabaseWrapper):
    SchemaEditorClass = DatabaseSchemaEditor
    features_class = DatabaseFeatures
    ops_class = DatabaseOperations
