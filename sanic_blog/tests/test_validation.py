"""Values of the wire, at their edges."""

from typing import Annotated

import pytest
from pydantic import MISSING, BaseModel, Field, ValidationError

from app.accounts.schemas import Bio, Email, Password, Registration, Username
from app.blog.schemas import CommentBody, NewPost, PostBody, TagNames, Title
from app.todos.schemas import NewTodo, TodoChanges
from app.validation import (
    Digits,
    RequestModel,
    Search,
    field_errors,
    fold,
)


class Example(RequestModel):
    username: Username | MISSING = MISSING
    email: Email | MISSING = MISSING
    bio: Bio | MISSING = MISSING
    password: Password | MISSING = MISSING
    title: Title | MISSING = MISSING
    body: PostBody | MISSING = MISSING
    comment: CommentBody | MISSING = MISSING
    tags: TagNames | MISSING = MISSING
    q: Search | MISSING = MISSING


def faults(model: type[BaseModel], values: object) -> list[tuple[str, str]]:
    with pytest.raises(ValidationError) as refusal:
        model.model_validate(values)
    errors = field_errors(refusal.value.errors())
    return [(error.field, error.code) for error in errors]


@pytest.mark.parametrize(
    ("member", "sent", "stored"),
    [
        ("username", " ada ", "ada"),
        ("username", "A_1" * 10, "A_1" * 10),
        ("email", "\u3000a.b+c@sub.example.org\n", "a.b+c@sub.example.org"),
        ("bio", " \r\n ", ""),
        ("bio", "one\r\ntwo\rthree\tfour", "one\ntwo\nthree\tfour"),
        ("bio", "😀" * 500, "😀" * 500),
        ("password", "  two words  ", "  two words  "),
        ("password", " " * 12, " " * 12),
        ("title", "\u2028 x \x85", "x"),
        ("title", "\u200bx\ufeff", "\u200bx\ufeff"),
        ("body", "  # x  \r\n", "  # x  \n"),
        ("tags", ["b", " A ", "a", "c-d"], ["a", "b", "c-d"]),
        ("q", "  one  two ", "one  two"),
    ],
)
def test_value_is_taken(member: str, sent: object, stored: object) -> None:
    assert getattr(Example.model_validate({member: sent}), member) == stored


@pytest.mark.parametrize(
    ("member", "sent", "code"),
    [
        ("username", "ab", "too_short"),
        ("username", "a" * 31, "too_long"),
        ("username", "", "blank"),
        ("username", "ada lovelace", "format"),
        ("username", "ädä", "format"),
        ("username", 123, "type"),
        ("username", None, "type"),
        ("email", "a@localhost", "format"),
        ("email", "a" * 65 + "@example.org", "format"),
        ("email", "a@" + "b" * 250 + ".org", "too_long"),
        ("bio", "x" * 501, "too_long"),
        ("bio", "x\x00", "format"),
        ("bio", "x\x1c", "format"),
        ("password", "", "blank"),
        ("password", "x" * 11, "too_short"),
        ("password", "x" * 129, "too_long"),
        ("password", "twelve or so\t", "format"),
        ("title", "x" * 201, "too_long"),
        ("title", "\u2003", "blank"),
        ("title", "one\ntwo", "format"),
        ("title", "x\ud800", "format"),
        ("title", "x\uffff", "format"),
        ("title", "\x1cx", "format"),
        ("body", " \n\t ", "blank"),
        ("body", "x" * 100_001, "too_long"),
        ("comment", "x\x7f", "format"),
        ("tags", ["x"] * 11, "too_many"),
        ("tags", "x", "type"),
        ("tags", {"x": 1}, "type"),
        ("q", " ".join("abcdefghijk"), "too_many"),
        ("q", "x" * 101, "too_long"),
        ("q", "x\ny", "format"),
    ],
)
def test_value_is_refused(member: str, sent: object, code: str) -> None:
    assert faults(Example, {member: sent}) == [(member, code)]


def test_all_faults_of_members_come_together() -> None:
    values = {"title": "", "tags": ["a", 5, "a b"], "status": "gone", "author": "me"}
    assert sorted(faults(NewPost, values)) == [
        ("author", "unknown"),
        ("body", "required"),
        ("status", "choice"),
        ("tags.1", "type"),
        ("tags.2", "format"),
        ("title", "blank"),
    ]


def test_missing_member_and_other_json() -> None:
    assert ("password", "required") in faults(Registration, {})
    assert faults(Registration, []) == [("", "type")]


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("5", "type"),
        (5.0, "type"),
        (True, "type"),
        (None, "type"),
        (2**31, "too_big"),
        (-(2**31) - 1, "too_small"),
    ],
)
def test_position_is_a_signed_32_bit_integer(value: object, code: str) -> None:
    assert faults(NewTodo, {"title": "x", "position": value}) == [("position", code)]


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("2026-02-30", "format"),
        ("0000-01-01", "format"),
        ("2026-1-1", "format"),
        ("20260101", "format"),
        ("٢٠٢٦-01-01", "format"),
        ("2026-01-01T00:00:00Z", "format"),
        ("", "format"),
        (20260101, "type"),
    ],
)
def test_day_is_refused(value: object, code: str) -> None:
    assert faults(NewTodo, {"title": "x", "due_on": value}) == [("due_on", code)]


def test_null_is_a_day_and_absence_is_not() -> None:
    assert TodoChanges.model_validate({"due_on": None}).model_dump() == {"due_on": None}
    assert TodoChanges.model_validate({}).model_dump() == {}


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("7", 7),
        ("007", 7),
        ("", "type"),
        ("+7", "type"),
        (" 7", "type"),
        ("7.0", "type"),
        ("٧", "type"),
        ("0", "too_small"),
        ("9" * 5000, "too_big"),
    ],
)
def test_digits(text: str, outcome: int | str) -> None:
    class Query(BaseModel):
        limit: Annotated[int, Field(ge=1, le=100), Digits]

    if isinstance(outcome, int):
        assert Query.model_validate({"limit": text}).limit == outcome
    else:
        assert faults(Query, {"limit": text}) == [("limit", outcome)]


def test_unprintable_name_of_a_member_is_escaped() -> None:
    error = {"type": "extra_forbidden", "loc": ("x\ud800",), "msg": "No.", "input": 1}
    assert field_errors([error])[0].field == "x\\ud800"


def test_fold_knows_ascii_alone() -> None:
    assert fold("ÀB\u212ac") == "Àb\u212ac"


def test_timestamp_has_six_digits() -> None:
    moment = NewTodo.model_validate({"title": "x", "due_on": "0001-01-01"}).due_on
    assert moment is not None
    assert moment.isoformat() == "0001-01-01"
