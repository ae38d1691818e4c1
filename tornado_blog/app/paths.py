"""Parts of paths: how routes write them, and what they have to be."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from app.validation import MAX_ID, SLUG, TAG_NAME, USERNAME, IdDigits

# Fragments of routes. A part may be escaped, so it is looked at once it is decoded.
USERNAME_PART = "(?P<username>[^/]+)"
SLUG_PART = "(?P<slug>[^/]+)"
COMMENT_ID_PART = "(?P<comment_id>[^/]+)"
TAG_PART = "(?P<name>[^/]+)"
RESET_TOKEN_PART = "(?P<token>[^/]+)"  # noqa: S105 - a fragment of a route
TODO_ID_PART = "(?P<todo_id>[^/]+)"
FILE_NAME_PART = "(?P<path>[^/]+)"

PathParts = Mapping[str, TypeAdapter[Any]]

# What cannot be one of these is a path that does not exist: 404, without a look-up.
UsernamePath: TypeAdapter[str] = TypeAdapter(
    Annotated[str, Field(min_length=3, max_length=30, pattern=f"^{USERNAME}$")]
)
SlugPath: TypeAdapter[str] = TypeAdapter(
    Annotated[str, Field(max_length=90, pattern=f"^{SLUG}$")]
)
TagPath: TypeAdapter[str] = TypeAdapter(
    Annotated[str, Field(max_length=30, pattern=f"^{TAG_NAME}$")]
)
ResetTokenPath: TypeAdapter[str] = TypeAdapter(
    Annotated[str, Field(pattern="^[A-Za-z0-9_-]{43}$")]
)
FileNamePath: TypeAdapter[str] = TypeAdapter(
    Annotated[str, Field(pattern="^[A-Za-z0-9._-]+$")]
)
IdPath: TypeAdapter[Any] = TypeAdapter(Annotated[int, Field(ge=1, le=MAX_ID), IdDigits])
