"""The fields of the wire: texts, days and numbers with the faults of the spec."""

import re
from datetime import date, datetime
from typing import Any, ClassVar

from django.core.validators import RegexValidator
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.fields import empty

from common.validation import (
    DAY,
    DIGITS,
    MAX_WORDS,
    REFUSED,
    REFUSED_IN_LINES,
    REQUIRED,
    WHITE_SPACE,
    form_validator,
    format_timestamp,
)


# Idiom: REST framework's fields convert what they can; these refuse another type.
class StrictCharField(serializers.CharField):
    default_error_messages: ClassVar = {
        "required": REQUIRED,
        "type": "Use a text.",
        "null": "Use a text.",
        "blank": "Do not leave this empty.",
        "min_length": "Use at least {min_length} characters.",
        "max_length": "Use at most {max_length} characters.",
    }

    def __init__(
        self, *, lines: bool = False, pattern: str | None = None, **options: Any
    ) -> None:
        super().__init__(**options)
        self.lines = lines
        rules = [_control_characters(REFUSED_IN_LINES if lines else REFUSED)]
        rules += [form_validator(pattern)] if pattern else []
        self.validators = [*rules, *self.validators]

    def run_validation(self, data: Any = empty) -> Any:
        """Passes CharField's own look for blanks by, which knows other white space."""
        return serializers.Field.run_validation(self, data)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("type")
        text = data.replace("\r\n", "\n").replace("\r", "\n") if self.lines else data
        text = text.strip(WHITE_SPACE) if self.trim_whitespace else text
        # A password may be of white space alone: it is neither trimmed nor has lines.
        if not (self.allow_blank or (text.strip(WHITE_SPACE) if self.lines else text)):
            self.fail("blank")
        return text


def _control_characters(refused: re.Pattern[str]) -> RegexValidator:
    message = "Leave out control characters."
    return RegexValidator(refused, message, "format", inverse_match=True)


class SearchField(StrictCharField):
    """What is looked for, in a query: words, all of which must occur."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=100, allow_blank=True, **options)
        self.validators.append(_limit_words)


def _limit_words(text: str) -> None:
    if len(text.split()) > MAX_WORDS:
        raise ValidationError("Use at most 10 words.", "too_many")


class StrictIntegerField(serializers.IntegerField):
    default_error_messages: ClassVar = {
        "type": "Input should be a valid integer",
        "null": "Input should be a valid integer",
        "min_value": "Input should be greater than or equal to {min_value}",
        "max_value": "Input should be less than or equal to {max_value}",
    }

    def to_internal_value(self, data: Any) -> int:
        if type(data) is not int:
            self.fail("type")
        return data


class DigitsField(StrictIntegerField):
    """A number in a query."""

    default_error_messages: ClassVar = {"type": "Use ASCII digits."}

    def to_internal_value(self, data: Any) -> int:
        """Reads of a huge number enough to see that it is too big."""
        if not DIGITS.fullmatch(data):
            self.fail("type")
        return int(data.lstrip("0")[:20] or "0")


class StrictBooleanField(serializers.BooleanField):
    default_error_messages: ClassVar = {
        "type": "Input should be a valid boolean",
        "null": "Input should be a valid boolean",
    }

    def to_internal_value(self, data: Any) -> bool:
        if type(data) is not bool:
            self.fail("type")
        return data


class StrictChoiceField(serializers.ChoiceField):
    def __init__(self, choices: Any, **options: Any) -> None:
        *most, last = (f"'{choice}'" for choice in dict(choices))
        expected = f"{', '.join(most)} or {last}" if most else last
        message = f"Input should be {expected}"
        messages: Any = dict.fromkeys(("type", "null", "invalid_choice"), message)
        messages["required"] = REQUIRED
        super().__init__(choices, error_messages=messages, **options)

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            self.fail("type")
        return super().to_internal_value(data)


class StrictListField(serializers.ListField):
    default_error_messages: ClassVar = {
        "null": "Input should be a valid list",
        "not_a_list": "Input should be a valid list",
        "too_many": (
            "List should have at most {max_length} items after validation, not {length}"
        ),
    }

    def to_internal_value(self, data: Any) -> list[Any]:
        if isinstance(data, list) and self.max_length and len(data) > self.max_length:
            self.fail("too_many", max_length=self.max_length, length=len(data))
        return super().to_internal_value(data)


class DayField(serializers.DateField):
    default_error_messages: ClassVar = {
        "type": "Use a text.",
        "format": "Use a real day, written YYYY-MM-DD.",
    }

    def to_internal_value(self, value: Any) -> date:
        if not isinstance(value, str):
            self.fail("type")
        try:
            return date.fromisoformat(value if DAY.fullmatch(value) else "")
        except ValueError:
            self.fail("format")


class TimestampField(serializers.DateTimeField):
    def to_representation(self, value: datetime) -> str:
        return format_timestamp(value)
