"""What a text, a day, a number on the wire is."""

from datetime import UTC, datetime
from typing import Any

import pytest

from accounts.serializers import (
    AccountChangesSerializer,
    CredentialsSerializer,
    RegistrationSerializer,
    UserChangesSerializer,
)
from blog.serializers import NewPostSerializer, PostChangesSerializer
from common.pagination import PageQuerySerializer
from common.validation import field_errors, fold, format_timestamp
from todos.serializers import NewTodoSerializer, TodoChangesSerializer

REGISTRATION = {
    "username": "ada",
    "email": "ada@example.org",
    "password": "a long quiet walk",
}
POST = {"title": "x", "body": "x"}


def faults(serializer_class: Any, data: Any) -> list[tuple[str, str]]:
    serializer = serializer_class(data=data)
    serializer.is_valid()
    return [(fault.field, fault.code) for fault in field_errors(serializer.errors)]


def value_of(serializer_class: Any, data: dict[str, Any], field: str) -> Any:
    serializer = serializer_class(data=data)
    serializer.is_valid(raise_exception=True)
    return serializer.validated_data[field]


@pytest.mark.parametrize(
    ("serializer", "field", "value", "expected"),
    [
        (NewPostSerializer, "title", "\u2003 a\u00a0", "a"),
        (NewPostSerializer, "title", "\u200ba", "\u200ba"),
        (NewPostSerializer, "title", "😀" * 200, "😀" * 200),
        (NewPostSerializer, "body", " a\r\nb\rc ", " a\nb\nc "),
        (NewPostSerializer, "tags", ["B", " a ", "b"], ["a", "b"]),
        (AccountChangesSerializer, "bio", " ", ""),
        (AccountChangesSerializer, "email", " A@b.CO ", "A@b.CO"),
        (RegistrationSerializer, "password", " " * 12, " " * 12),
        (CredentialsSerializer, "username", "x", "x"),
        (TodoChangesSerializer, "due_on", None, None),
        (TodoChangesSerializer, "position", -(2**31), -(2**31)),
        (UserChangesSerializer, "is_active", False, False),
    ],
)
def test_value_is_taken(serializer: Any, field: str, value: Any, expected: Any) -> None:
    needed = {
        NewPostSerializer: POST,
        RegistrationSerializer: REGISTRATION,
        CredentialsSerializer: {"password": "x"},
    }
    data = {**needed.get(serializer, {}), field: value}
    assert value_of(serializer, data, field) == expected


@pytest.mark.parametrize(
    ("serializer", "field", "value", "code"),
    [
        (PostChangesSerializer, "title", 123, "type"),
        (PostChangesSerializer, "title", None, "type"),
        (PostChangesSerializer, "title", "\u2003", "blank"),
        (PostChangesSerializer, "title", "a\nb", "format"),
        (PostChangesSerializer, "title", "a\x00b", "format"),
        (PostChangesSerializer, "title", "a\ud800", "format"),
        (PostChangesSerializer, "title", "a\uffff", "format"),
        (PostChangesSerializer, "title", "a" * 201, "too_long"),
        (PostChangesSerializer, "body", " \n", "blank"),
        (PostChangesSerializer, "tags", "a", "type"),
        (PostChangesSerializer, "tags", {"a": 1}, "type"),
        (PostChangesSerializer, "tags", ["a"] * 11, "too_many"),
        (PostChangesSerializer, "status", "Draft", "choice"),
        (PostChangesSerializer, "status", 1, "type"),
        (PostChangesSerializer, "version", 0, "too_small"),
        (PostChangesSerializer, "version", 2**31, "too_big"),
        (PostChangesSerializer, "version", 10**400, "too_big"),
        (PostChangesSerializer, "version", 1.0, "type"),
        (PostChangesSerializer, "version", "1", "type"),
        (PostChangesSerializer, "version", True, "type"),
        (AccountChangesSerializer, "email", "a@localhost", "format"),
        (AccountChangesSerializer, "email", "a@b.co\n\x01", "format"),
        (AccountChangesSerializer, "email", "a" * 250 + "@b.co", "too_long"),
        (UserChangesSerializer, "is_active", 1, "type"),
        (UserChangesSerializer, "is_active", "true", "type"),
        (UserChangesSerializer, "role", "root", "choice"),
        (TodoChangesSerializer, "due_on", 20261224, "type"),
        (TodoChangesSerializer, "due_on", "2026-02-30", "format"),
        (TodoChangesSerializer, "due_on", "20261224", "format"),
        (TodoChangesSerializer, "due_on", "\u0662026-12-24", "format"),
        (TodoChangesSerializer, "completed", None, "type"),
        (TodoChangesSerializer, "id", 1, "unknown"),
    ],
)
def test_value_is_refused(serializer: Any, field: str, value: Any, code: str) -> None:
    assert faults(serializer, {field: value}) == [(field, code)]


def test_all_faults_of_members_come_together() -> None:
    body = {"title": "", "tags": ["ok", 1, "-"], "extra": 1, "status": "x"}
    assert faults(NewPostSerializer, body) == [
        ("title", "blank"),
        ("body", "required"),
        ("tags.1", "type"),
        ("tags.2", "format"),
        ("status", "choice"),
        ("extra", "unknown"),
    ]


def test_first_fault_of_a_member_counts() -> None:
    short_and_odd = {**REGISTRATION, "username": "\x01"}
    assert faults(RegistrationSerializer, short_and_odd) == [("username", "too_short")]


@pytest.mark.parametrize("body", [None, [], "x", 1, True])
def test_other_json_is_refused_as_a_whole(body: Any) -> None:
    assert faults(NewTodoSerializer, body) == [("", "type")]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1", None),
        ("0100", None),
        ("0", "too_small"),
        ("101", "too_big"),
        ("9" * 5000, "too_big"),
        ("", "type"),
        ("-1", "type"),
        ("1.0", "type"),
        ("\u0661", "type"),
    ],
)
def test_digits(text: str, code: str | None) -> None:
    expected = [("limit", code)] if code else []
    assert faults(PageQuerySerializer, {"limit": text}) == expected


def test_unprintable_name_of_a_member_is_escaped() -> None:
    found = faults(NewTodoSerializer, {"title": "x", "\ud800": 1})
    assert found == [("\\ud800", "unknown")]


def test_fold_knows_ascii_alone() -> None:
    assert fold("AZÉ\u212a") == "azÉ\u212a"


def test_timestamp_has_six_digits() -> None:
    assert format_timestamp(datetime(1, 2, 3, tzinfo=UTC)) == (
        "0001-02-03T00:00:00.000000Z"
    )
