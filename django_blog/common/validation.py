"""What is a name, a day, a body on the wire, and how its faults are told."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from string import ascii_lowercase, ascii_uppercase
from typing import Any

from django.core.validators import RegexValidator
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.fields import empty

from common.errors import FieldError

# The Unicode property White_Space; str.strip() alone would take U+001C to U+001F too.
WHITE_SPACE = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007"
    "\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)
REFUSED = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
REFUSED_IN_LINES = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")

USERNAME = "[A-Za-z0-9_]+"
ID = "[1-9][0-9]{0,18}"
SLUG = "[a-z0-9]+(-[a-z0-9]+)*"
TAG_NAME = "[A-Za-z0-9]+(-[A-Za-z0-9]+)*"
LABEL = "[A-Za-z0-9-]{0,61}[A-Za-z0-9]"
EMAIL = (
    r"[A-Za-z0-9.!#$%&'*+/=?^_{|}~-]{1,64}"
    rf"@([A-Za-z0-9]({LABEL})?\.)+[A-Za-z]({LABEL})?"
)
DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
DIGITS = re.compile("[0-9]+")

MAX_ID = 2**63 - 1
MAX_WORDS = 10
ASCII_FOLDING = str.maketrans(ascii_uppercase, ascii_lowercase)

# The order in which the specification names the faults of one member.
CODES = (
    "required",
    "unknown",
    "type",
    "blank",
    "too_short",
    "too_long",
    "too_small",
    "too_big",
    "too_many",
    "format",
    "choice",
    "invalid",
)
REST_FRAMEWORK_CODES = {
    "null": "type",
    "not_a_list": "type",
    "min_length": "too_short",
    "max_length": "too_long",
    "min_value": "too_small",
    "max_value": "too_big",
    "null_characters_not_allowed": "format",
    "surrogate_characters_not_allowed": "format",
    "invalid_choice": "choice",
}
REQUIRED = "Field required"
NO_OBJECT = "Use an object."


class RequestSerializer(serializers.Serializer[Any]):
    """A body is taken as it is: nothing converted, nothing unknown let through."""

    def run_validation(self, data: Any = empty) -> Any:
        if not isinstance(data, dict):
            raise ValidationError({"": [ErrorDetail(NO_OBJECT, "type")]})
        return super().run_validation(data)

    # Idiom: REST framework skips what it does not know; misspelt members would be lost.
    def to_internal_value(self, data: Any) -> Any:
        fault = [ErrorDetail("Extra inputs are not permitted", "unknown")]
        unknown = {name: fault for name in data if name not in self.fields}
        try:
            values = super().to_internal_value(data)
        except ValidationError as error:
            detail: Any = error.detail
            raise ValidationError({**detail, **unknown}) from error
        if unknown:
            raise ValidationError(unknown)
        return values


def form_validator(pattern: str) -> RegexValidator:
    return RegexValidator(rf"^{pattern}\Z", "This is not of the right form.", "format")


def format_timestamp(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def fold(text: str) -> str:
    """Lower case for A to Z alone: other letters never equal an ASCII one."""
    return text.translate(ASCII_FOLDING)


def field_errors(detail: Any) -> list[FieldError]:
    """REST framework's errors as the spec has them: the first of each field."""
    return [
        min(found, key=lambda error: CODES.index(error.code))
        for found in _errors_by_field(detail)
    ]


def _errors_by_field(detail: Any, path: str = "") -> Iterator[list[FieldError]]:
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            yield from _errors_by_field(inner, f"{path}.{name}" if path else str(name))
    else:
        field = _printable(path)
        yield [FieldError(field, _code(error), str(error)) for error in detail]


def _code(error: ErrorDetail) -> Any:
    return REST_FRAMEWORK_CODES.get(str(error.code), error.code)


def _printable(name: str) -> str:
    """A member's name as sent may hold lone surrogates, which UTF-8 cannot carry."""
    return name.encode(errors="backslashreplace").decode()
