"""The handler of the API: JSON in and out, refusals as problems."""

import json
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from pydantic import BaseModel
from tornado.web import HTTPError

from app.auth import find_current_caller
from app.handler import Handler
from app.pagination import Item, Page
from app.problems import error_of, problem_headers, problem_of
from app.routing import (
    METHODS,
    PRIVATE,
    Operation,
    entity_tag,
    link_to_next,
    operation_of,
    read_body,
    read_query,
)


class ApiHandler(Handler):
    """Refuses each method that is no `@operation`; as it is, it refuses them all."""

    @classmethod
    def methods(cls) -> Sequence[str]:
        return tuple(m for m in METHODS if operation_of(getattr(cls, m.lower())))

    @cached_property
    def operation(self) -> Operation:
        method = (self.request.method or "").replace("HEAD", "GET").lower()
        operation = operation_of(getattr(self, method))
        if operation is None:
            raise HTTPError(405)
        return operation

    # Idiom: `get_current_user` cannot wait for a database; `prepare`, which runs before
    # the method, can. It hands on body and query as Tornado does the parts of the path.
    async def prepare(self) -> None:
        self.read_path()
        if self.request.method == "OPTIONS":
            return
        operation = self.operation
        self.current_user = await find_current_caller(
            self.request.headers, operation.access, self.config, self.database
        )
        arguments: dict[str, Any] = self.path_kwargs
        if operation.query:
            arguments["query"] = read_query(self.request, operation.query)
        if operation.body:
            arguments["body"] = read_body(self.request, operation.body)
        self.set_status(operation.status)
        if operation.cache:
            self.set_header("Cache-Control", operation.cache)
        if operation.cache == PRIVATE:
            self.add_header("Vary", "Authorization")

    def write(self, chunk: str | bytes | dict[str, Any] | BaseModel) -> None:
        # Idiom: Tornado makes JSON of a dict, with spaces and all but ASCII escaped.
        # Models write themselves.
        if isinstance(chunk, str | bytes):
            super().write(chunk)
            return
        if isinstance(chunk, BaseModel):
            text = chunk.model_dump_json()
        else:
            text = json.dumps(chunk, ensure_ascii=False, separators=(",", ":"))
        self.set_header("Content-Type", "application/json")
        super().write(text)

    def write_page(self, page: Page[Item]) -> None:
        """Names the page after this one, which keeps the other parameters."""
        if page.next_cursor:
            self.set_header("Link", link_to_next(self.request, page.next_cursor))
        self.write(page)

    # Idiom: Tornado computes a tag of every answer to GET, compares it with what the
    # caller holds and answers 304. What is left to do is to choose the tag, or none.
    def compute_etag(self) -> str | None:
        return entity_tag(self._write_buffer) if self.operation.cache else None

    def check_etag_header(self) -> bool:
        unchanged = super().check_etag_header()
        if unchanged:
            self.clear_header("Link")  # The caller has it, with the page.
        return unchanged

    def write_error(
        self,
        status_code: int,  # noqa: ARG002 - part of the interface
        **kwargs: Any,
    ) -> None:
        """Whatever was raised, here or by Tornado, as a problem."""
        error = error_of(kwargs, self.allowed_methods())
        problem = problem_of(error)
        self.set_status(problem.status, problem.title)
        self.write(problem)
        for name, value in problem_headers(error):
            self.set_header(name, value)
        self.finish()
