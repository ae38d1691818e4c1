"""What all apps ask of the database beyond Django's own words."""

from contextlib import suppress
from typing import Any, Self, TypeVar

from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import (
    CharField,
    ForeignKey,
    Func,
    IntegerField,
    Lookup,
    Model,
    OuterRef,
    QuerySet,
    Subquery,
    TextField,
    Transform,
)
from django.db.models.functions import Lower
from django.db.models.sql.compiler import SQLCompiler

from common.errors import NotFound

M = TypeVar("M", bound=Model)
Row = TypeVar("Row")

# `username__lower="ada"`: the expression that the unique constraints are made of.
CharField.register_lookup(Lower)


@ForeignKey.register_lookup
class NotEqual(Lookup):
    """For checks of the schema, written as the other servers write them."""

    lookup_name = "ne"

    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, Any]:
        left, left_params = self.process_lhs(compiler, connection)
        right, right_params = self.process_rhs(compiler, connection)
        return f"{left} <> {right}", [*left_params, *right_params]


@CharField.register_lookup
@TextField.register_lookup
class AsciiLower(Transform):
    """Folds A to Z and orders by code point, whatever the collation of the database."""

    lookup_name = "ascii_lower"
    function = "LOWER"

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any
    ) -> tuple[str, Any]:
        template = '%(function)s(%(expressions)s COLLATE "C")'
        return self.as_sql(compiler, connection, template=template, **context)


class CountOf(Subquery):
    """How many rows a subquery has, beside each row of the query around it."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) _)"
    output_field = IntegerField()


class Place(Func):
    """A row value, `(a, b)`: compared as a whole, it walks an index in its order."""

    template = "(%(expressions)s)"
    output_field = TextField()  # Django asks for one; the database compares the parts.


def rows_of(model: type[Model], relation: str) -> QuerySet[Any, Any]:
    """What refers to each row of a query around it, by a foreign key."""
    key: Any = model._meta.get_field(relation)  # noqa: SLF001 - documented
    rows: QuerySet[Any, Any] = key.related_model.objects.all()
    return rows.filter(**{key.field.name: OuterRef("pk")}).values("pk")


def insert_once(row: Model) -> None:
    """Lets a unique constraint decide who is first."""
    with suppress(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


def find(rows: QuerySet[Any, Row]) -> Row:
    """The only row; raises NotFound."""
    try:
        return rows.get()
    except ObjectDoesNotExist as error:
        raise NotFound from error


class LockingQuerySet(QuerySet[M, M]):
    # Idiom: Django has no FOR KEY SHARE, so who only refers to a row waits for others
    # who do. SQLite has no row locks: there every writer waits for every other.
    def held(self) -> Self:
        """Keeps rows from being changed or deleted until the transaction ends."""
        return self.order_by("pk").select_for_update(no_key=True)

    def doomed(self) -> Self:
        """Locks rows for deletion, in an order: two that overlap never deadlock."""
        return self.order_by("pk").select_for_update()

    def doom(self) -> None:
        """Locks rows that a cascade will delete."""
        list(self.doomed().values_list("pk"))
