"""The types of the wire: texts, days and numbers, with the specification's faults."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from string import ascii_lowercase, ascii_uppercase
from typing import Annotated, Any, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    PlainSerializer,
    WithJsonSchema,
)
from pydantic_core import CoreSchema, PydanticCustomError
from pydantic_core.core_schema import no_info_before_validator_function

from app.errors import FieldError, FieldErrorCode

# The Unicode property White_Space; str.strip() alone would take U+001C to U+001F too.
WHITE_SPACE = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007"
    "\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)
REFUSED = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
REFUSED_IN_LINES = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")

USERNAME = "[A-Za-z0-9_]+"
SLUG = "[a-z0-9]+(-[a-z0-9]+)*"
TAG_NAME = "[A-Za-z0-9]+(-[A-Za-z0-9]+)*"
LABEL = "[A-Za-z0-9-]{0,61}[A-Za-z0-9]"
EMAIL = (
    r"[A-Za-z0-9.!#$%&'*+/=?^_{|}~-]{1,64}"
    rf"@([A-Za-z0-9]({LABEL})?\.)+[A-Za-z]({LABEL})?"
)
DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
DIGITS = re.compile("[0-9]+")
ID = re.compile("[1-9][0-9]{0,18}")

MAX_ID = 2**63 - 1
MAX_WORDS = 10
ASCII_FOLDING = str.maketrans(ascii_uppercase, ascii_lowercase)

CODES = get_args(FieldErrorCode)
PYDANTIC_CODES: dict[str, FieldErrorCode] = {
    "missing": "required",
    "extra_forbidden": "unknown",
    "string_too_short": "blank",  # of a filter, which needs one character
    "string_too_long": "too_long",
    "string_unicode": "format",
    "greater_than_equal": "too_small",
    "less_than_equal": "too_big",
    "too_long": "too_many",  # of a list
    "literal_error": "choice",
}


class RequestModel(BaseModel):
    """A body is taken as it is: nothing converted, nothing unknown let through."""

    model_config = ConfigDict(extra="forbid", strict=True)


class ResponseModel(BaseModel):
    """Answers hold what the document says and nothing else."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)


@dataclass(frozen=True)
class Text:
    """The rules of one kind of text: `Annotated[str, Text(max_length=30)]`."""

    max_length: int
    min_length: int = 0
    pattern: str | None = None
    may_be_empty: bool = False
    lines: bool = False
    trimmed: bool = True

    def clean(self, value: object) -> str:
        """The text as it is stored; raises the first fault in the order of CODES."""
        if not isinstance(value, str):
            raise PydanticCustomError("type", "Use a text.")
        if self.lines:
            value = value.replace("\r\n", "\n").replace("\r", "\n")
        if self.trimmed:
            value = value.strip(WHITE_SPACE)
        self._check_length(value)
        refused = REFUSED_IN_LINES if self.lines else REFUSED
        if refused.search(value):
            raise PydanticCustomError("format", "Leave out control characters.")
        if self.pattern and value and not re.fullmatch(self.pattern, value):
            raise PydanticCustomError("format", "This is not of the right form.")
        return value

    def _check_length(self, value: str) -> None:
        # A password may be of white space alone: it is neither trimmed nor has lines.
        blank = not (value.strip(WHITE_SPACE) if self.lines else value)
        if blank and not self.may_be_empty:
            raise PydanticCustomError("blank", "Do not leave this empty.")
        if len(value) < self.min_length:
            limit = {"limit": self.min_length}
            raise PydanticCustomError(
                "too_short", "Use at least {limit} characters.", limit
            )
        if len(value) > self.max_length:
            limit = {"limit": self.max_length}
            raise PydanticCustomError(
                "string_too_long", "Use at most {limit} characters.", limit
            )

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return no_info_before_validator_function(self.clean, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        minimum = max(self.min_length, 0 if self.may_be_empty else 1)
        limits = {"minLength": minimum, "maxLength": self.max_length}
        pattern = {"pattern": f"^{self.pattern}$"} if self.pattern else {}
        return {**handler(schema), **limits, **pattern}


def _parse_day(value: object) -> date:
    if not isinstance(value, str):
        raise PydanticCustomError("type", "Use a text.")
    try:
        return date.fromisoformat(value if DAY.fullmatch(value) else "")
    except ValueError:
        message = "Use a real day, written YYYY-MM-DD."
        raise PydanticCustomError("format", message) from None


def _parse_digits(value: object) -> object:
    """Reads a number of a path or query; of a huge one enough to tell that it is."""
    if isinstance(value, str):
        if not DIGITS.fullmatch(value):
            raise PydanticCustomError("type", "Use ASCII digits.")
        return int(value.lstrip("0")[:20] or "0")
    return value


def _parse_id(value: object) -> int:
    """An id has one spelling: no sign, no leading zero."""
    if isinstance(value, str) and ID.fullmatch(value):
        return int(value)
    raise PydanticCustomError("format", "This is no id.")


def _limit_words(value: str) -> str:
    if len(value.split()) > MAX_WORDS:
        raise PydanticCustomError("too_many", "Use at most 10 words.")
    return value


def format_timestamp(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def format_day(moment: date) -> str:
    return f"{moment.day} {moment:%B %Y}"


def fold(text: str) -> str:
    """Lower case for A to Z alone: other letters never equal an ASCII one."""
    return text.translate(ASCII_FOLDING)


Day = Annotated[date, BeforeValidator(_parse_day)]
Digits = BeforeValidator(_parse_digits)
IdDigits = BeforeValidator(_parse_id)
Search = Annotated[
    str, Text(max_length=100, may_be_empty=True), AfterValidator(_limit_words)
]
Timestamp = Annotated[
    datetime,
    PlainSerializer(format_timestamp, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]


def field_errors(faults: Iterable[Mapping[str, Any]]) -> list[FieldError]:
    """Pydantic's faults as the specification has them: the first of each field."""
    found: dict[str, FieldError] = {}
    for fault in faults:
        error = _field_error(fault)
        known = found.get(error.field)
        if known is None or CODES.index(error.code) < CODES.index(known.code):
            found[error.field] = error
    return list(found.values())


def _field_error(fault: Mapping[str, Any]) -> FieldError:
    field = ".".join(str(part) for part in fault["loc"])
    kind = fault["type"]
    code = PYDANTIC_CODES.get(kind) or (kind if kind in CODES else "type")
    if code == "choice" and not isinstance(fault["input"], str):
        code = "type"
    if not fault["loc"]:  # Pydantic would name the model, or miss what is null.
        return FieldError(field, "type", "Use an object.")
    return FieldError(_printable(field), code, fault["msg"])


def _printable(name: str) -> str:
    """A member's name as sent may hold lone surrogates, which UTF-8 cannot carry."""
    return name.encode(errors="backslashreplace").decode()
