"""The schema is that of the specification, whoever made it."""

import re
import sqlite3
import subprocess
import sys
from collections.abc import Collection
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from accounts.models import User
from common.backends.sqlite.base import DatabaseOperations
from config.values import BASE_DIR
from tests.conftest import SignUp
from tests.test_config import run

pytestmark = pytest.mark.django_db

NAMES = {
    "users": {
        "users_username_lower_key",
        "users_email_lower_key",
        "users_admin_idx",
        "users_role_check",
    },
    "refresh_tokens": {
        "refresh_tokens_token_hash_key",
        "refresh_tokens_user_id_idx",
        "refresh_tokens_family_id_idx",
    },
    "password_resets": {
        "password_resets_token_hash_key",
        "password_resets_user_id_idx",
    },
    "web_sessions": {"web_sessions_token_hash_key", "web_sessions_user_id_idx"},
    "follows": {
        "follows_follower_id_followed_id_key",
        "follows_not_self_check",
        "follows_followed_id_idx",
    },
    "posts": {
        "posts_slug_key",
        "posts_status_check",
        "posts_version_check",
        "posts_published_idx",
        "posts_author_id_idx",
        "posts_drafts_idx",
    },
    "tags": {"tags_name_key"},
    "post_tags": {"post_tags_post_id_tag_id_key", "post_tags_tag_id_idx"},
    "comments": {"comments_post_id_idx", "comments_author_id_idx"},
    "likes": {"likes_user_id_post_id_key", "likes_post_id_idx"},
    "todos": {"todos_position_idx"},
}
REFERENCES = {
    "refresh_tokens": {"user_id"},
    "password_resets": {"user_id"},
    "web_sessions": {"user_id"},
    "follows": {"follower_id", "followed_id"},
    "posts": {"author_id"},
    "post_tags": {"post_id", "tag_id"},
    "comments": {"post_id", "author_id"},
    "likes": {"user_id", "post_id"},
    "todos": {"user_id"},
}


def constraints(table: str) -> dict[str, Any]:
    with connection.cursor() as cursor:
        found: dict[str, Any] = connection.introspection.get_constraints(cursor, table)
    return found


def definitions(names: Collection[str]) -> list[str]:
    """As PostgreSQL would write them."""
    sql = "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = ANY(%s)"
    with connection.cursor() as cursor:
        cursor.execute(sql, [list(names)])
        return [definition for (definition,) in cursor.fetchall()]


@pytest.mark.parametrize("table", NAMES)
def test_names_of_constraints_and_indexes(table: str) -> None:
    found = constraints(table)
    keys = {name for name, each in found.items() if each["foreign_key"]}
    primary = {name for name, each in found.items() if each["primary_key"]}
    assert set(found) - keys - primary == NAMES[table]
    columns = {found[name]["columns"][0] for name in keys}
    assert columns == REFERENCES.get(table, set())
    if connection.vendor == "postgresql":
        assert primary == {f"{table}_pkey"}
        assert keys == {f"{table}_{column}_fkey" for column in columns}
        assert not any("ON DELETE" in d or "DEFERR" in d for d in definitions(keys))


def test_log_of_the_admin_lets_users_go() -> None:
    keys = [each["foreign_key"] for each in constraints("django_admin_log").values()]
    assert "users" not in [key[0] for key in keys if key]


def test_times_on_sqlite_have_one_length() -> None:
    adapt = DatabaseOperations(mock.Mock(timezone=UTC)).adapt_datetimefield_value
    assert adapt(datetime(2026, 2, 20, 9, tzinfo=UTC)) == "2026-02-20 09:00:00.000000"
    assert adapt(datetime(2026, 2, 20, 9, 0, 0, 1, UTC)) == "2026-02-20 09:00:00.000001"
    assert adapt(None) is None


def test_schema_of_another_server_is_taken_over(tmp_path: Path) -> None:
    file = tmp_path / "theirs.db"
    url = f"sqlite:///{file}"
    run("manage.py", "migrate", DATABASE_URL=url)
    with closing(sqlite3.connect(file)) as database:
        names = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        own = {name for (name,) in names if re.match("django_|auth_", name)}
        for name in own:
            database.execute(f"DROP TABLE {name}")
    done = run("manage.py", "migrate", "--fake-initial", DATABASE_URL=url)
    assert re.findall(r"(\w+)\.0001_initial... FAKED", done.stdout) == [
        "accounts",
        "blog",
        "todos",
    ]
    assert run("manage.py", "migrate", "--check", DATABASE_URL=url).returncode == 0
    assert run("manage.py", "load_demo", DATABASE_URL=url).returncode == 0


def test_migrations_make_what_the_models_describe() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_unique_names_ignore_case(sign_up: SignUp) -> None:
    sign_up("ada")
    for username, email in [("ADA", "other@example.org"), ("eve", "ADA@example.org")]:
        with pytest.raises(IntegrityError), transaction.atomic():
            User.objects.create(username=username, email=email, password="")


def test_ids_are_never_given_twice() -> None:
    def make() -> User:
        return User.objects.create(username="ada", email="a@b.co", password="")

    first = make()
    first_id = first.pk
    first.delete()
    assert make().pk > first_id


def test_two_migrations_at_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new.db'}"
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    both = [
        subprocess.Popen(
            command,
            cwd=BASE_DIR,
            env={"DATABASE_URL": url, "PYTHON_DOTENV_DISABLED": "1"},
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for process in both:
        _, errors = process.communicate(timeout=300)
        assert errors.count("\n") <= 1
    assert 0 in [process.returncode for process in both]
    again = run("manage.py", "migrate", "--check", DATABASE_URL=url)
    assert again.returncode == 0, again.stdout
