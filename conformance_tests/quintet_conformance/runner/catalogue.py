"""What a PostgreSQL database holds, as PostgreSQL itself tells it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import psycopg

# Two ways of writing one condition, which PostgreSQL keeps apart.
SAME_CONDITION = r"NOT \((\w+) = (\w+)\)", r"\1 <> \2"
COLUMNS = """
    SELECT relname, attname,
        format_type(atttypid, atttypmod)
        || CASE WHEN attcollation <> typcollation
            THEN format(' COLLATE %I', collname) ELSE '' END
        || CASE WHEN attnotnull THEN '' ELSE ', nullable' END
        || CASE WHEN attidentity <> '' THEN ', identity' ELSE '' END
        || coalesce(', default ' || pg_get_expr(adbin, adrelid), '')
    FROM pg_attribute
    JOIN pg_class ON pg_class.oid = attrelid
    JOIN pg_type ON pg_type.oid = atttypid
    LEFT JOIN pg_collation ON pg_collation.oid = attcollation
    LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm')
        AND attnum > 0 AND NOT attisdropped
"""
# Not null ('n') stands with the columns.
CONSTRAINTS = """
    SELECT relname, conname,
        regexp_replace(pg_get_constraintdef(pg_constraint.oid), %s, %s)
    FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid
    WHERE connamespace = 'public'::regnamespace AND contype <> 'n'
"""
INDEXES = """
    SELECT relname, indexrelid::regclass::text,
        regexp_replace(pg_get_indexdef(indexrelid), ' INDEX \\S+ ON \\S+ ', ' INDEX ')
    FROM pg_index JOIN pg_class ON pg_class.oid = indrelid
    WHERE relnamespace = 'public'::regnamespace
        AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid
            AND conrelid = indrelid)
"""
TRIGGERS = """
    SELECT relname, tgname, pg_get_triggerdef(pg_trigger.oid)
    FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
    WHERE relnamespace = 'public'::regnamespace AND NOT tgisinternal
"""
REFERENCES = """
    SELECT conname, conrelid::regclass::text, confrelid::regclass::text
    FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace AND contype = 'f'
"""


@dataclass
class Table:
    """The parts of a table by their names, each with what PostgreSQL says of it."""

    columns: dict[str, str] = field(default_factory=dict)
    constraints: dict[str, str] = field(default_factory=dict)
    indexes: dict[str, str] = field(default_factory=dict)
    triggers: dict[str, str] = field(default_factory=dict)

    def parts(self) -> Mapping[str, dict[str, str]]:
        return {
            "column": self.columns,
            "constraint": self.constraints,
            "index": self.indexes,
            "trigger": self.triggers,
        }


@dataclass(frozen=True)
class Reference:
    """A foreign key from a table to a table."""

    name: str
    source: str
    target: str


@dataclass(frozen=True)
class Catalogue:
    """All tables of a database."""

    tables: dict[str, Table]
    references: list[Reference]


def read_catalogue(url: str) -> Catalogue:
    tables: dict[str, Table] = {}
    with psycopg.connect(url) as connection:
        for table, name, text in connection.execute(COLUMNS).fetchall():
            tables.setdefault(table, Table()).columns[name] = text
        for table, name, text in connection.execute(CONSTRAINTS, SAME_CONDITION):
            tables[table].constraints[name] = text
        for table, name, text in connection.execute(INDEXES).fetchall():
            tables[table].indexes[name] = text
        for table, name, text in connection.execute(TRIGGERS).fetchall():
            tables[table].triggers[name] = text
        found = connection.execute(REFERENCES).fetchall()
    return Catalogue(tables, [Reference(*row) for row in found])
