"""What the decorators of handlers have in common: their types, and what they note."""

from collections.abc import Awaitable, Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

from app.request import Request

View = TypeVar("View")
Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")
# A method of a class-based view.
Handler = Callable[Concatenate[View, Request, Arguments], Awaitable[Result]]
Decorated = TypeVar("Decorated", bound=Callable[..., Any])


def note(handler: Decorated, **facts: object) -> Decorated:
    """Keeps with the handler what the OpenAPI document has to say of it."""
    handler.__dict__.update(facts)  # which functools.wraps hands on
    return handler
