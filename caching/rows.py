"""A model's rows by SQL that is written once: Django builds a query anew each time, which takes longer than asking it.

`raw()` does the same, but works out with each call which column is which field, and that takes half of the time again.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Model
from wagtail.models import Page

Made = TypeVar("Made", bound=Model)


@cache
def columns(model: type[Model]) -> str:
    """Every column of a model and of those that it inherits from, as SELECT takes them and `instances` expects them."""
    quoted = connection.ops.quote_name
    return ", ".join(
        f"{quoted(field.model._meta.db_table)}.{quoted(field.column or field.attname)}"
        for field in model._meta.concrete_fields
    )


def instances(model: type[Made], sql: str, values: Sequence[Any]) -> list[Made]:
    """The rows of a query that selects `columns(model)` and nothing else."""
    names, converters = _reading(model)
    found = []
    for row in rows(sql, values):
        read = list(row)
        for place, convert, expression in converters:
            read[place] = convert(read[place], expression, connection)
        found.append(model.from_db(connection.alias, names, read))
    return found


def page_below(model: type[Made], parent: Page, slug: str) -> Made | None:
    """The page of this type and slug right below another."""
    table = connection.ops.quote_name(model._meta.db_table)
    sql = f"SELECT {columns(model)} FROM wagtailcore_page JOIN {table} ON page_ptr_id = wagtailcore_page.id"
    values = (slug, parent.depth + 1, f"{parent.path}%")
    page: Any = next(iter(instances(model, f"{sql} WHERE slug = %s AND depth = %s AND path LIKE %s", values)), None)
    if page is not None:
        page._cached_parent_obj = parent  # treebeard's own name for what its get_parent() found before
    return page


def rows(sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


@cache
def _reading(model: type[Model]) -> tuple[list[str], list[tuple[int, Any, Any]]]:
    """The names of the fields, and what makes a field's value of a column's where those differ."""
    fields = model._meta.concrete_fields
    converters = []
    for place, field in enumerate(fields):
        expression = field.get_col(field.model._meta.db_table)
        of_database = connection.ops.get_db_converters(expression)
        converters += [(place, convert, expression) for convert in of_database + field.get_db_converters(connection)]
    return [field.attname for field in fields], converters
