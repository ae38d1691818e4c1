"""Lets other servers delete users that the log of Django's admin tells of."""

from copy import copy
from typing import Any

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def drop_constraint(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    entry = apps.get_model("admin", "LogEntry")
    constrained = entry._meta.get_field("user")
    free = copy(constrained)
    free.db_constraint = False
    schema_editor.alter_field(entry, constrained, free)


class Migration(migrations.Migration):
    # The admin's migrations need those of the users, so this cannot be among them.
    dependencies = [
        ("accounts", "0001_initial"),
        ("admin", "0003_logentry_add_action_flag_choices"),
    ]

    operations = [migrations.RunPython(drop_constraint, migrations.RunPython.noop)]
