"""Assertions and walks that many tests share."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx

Json = Any
PAGES_AT_MOST = 1_000


def expect(response: httpx.Response, status: int) -> Json:
    """Expect a status; give the JSON body, or None when there is none."""
    __tracebackhide__ = True
    assert response.status_code == status, (
        f"expected {status}, got {response.status_code}: {response.text[:500]}"
    )
    return response.json() if response.content else None


def expect_problem(response: httpx.Response, status: int, code: str) -> Json:
    """Expect a problem document; the contract already checks its form."""
    __tracebackhide__ = True
    problem = expect(response, status)
    assert problem["code"] == code, f"expected {code}, got {problem}"
    return problem


def expect_errors(
    response: httpx.Response,
    expected: dict[str, str],
    *,
    status: int = 422,
    code: str = "validation_error",
) -> None:
    """Expect exactly these codes by field."""
    __tracebackhide__ = True
    problem = expect_problem(response, status, code)
    found = {error["field"]: error["code"] for error in problem["errors"]}
    assert found == expected, f"expected the errors {expected}, got {found}"


def expect_refused(response: httpx.Response, case: Json) -> None:
    """Expect the error that a case of the specification names, at its field."""
    __tracebackhide__ = True
    if "status" in case:
        assert response.status_code in case["status"]
    else:
        field = case.get("error_field", case["field"])
        expect_errors(response, {field: case["error"]})


def expect_conflict(response: httpx.Response, expected: dict[str, str]) -> None:
    """Expect 409 `conflict` with exactly these codes by field."""
    __tracebackhide__ = True
    expect_errors(response, expected, status=409, code="conflict")


def expect_unauthorized(
    response: httpx.Response, code: str = "not_authenticated"
) -> None:
    __tracebackhide__ = True
    expect_problem(response, 401, code)


def pages(call: Callable[..., httpx.Response], **query: Json) -> Iterator[Json]:
    """Walk a list page by page through its cursors."""
    for _ in range(PAGES_AT_MOST):
        page = expect(call(**query), 200)
        yield page
        if page["next_cursor"] is None:
            return
        query = {**query, "cursor": page["next_cursor"]}
    msg = f"more than {PAGES_AT_MOST} pages: the cursor does not advance"
    raise AssertionError(msg)


def items(call: Callable[..., httpx.Response], **query: Json) -> list[Json]:
    """Read a whole list through its cursors."""
    return [item for page in pages(call, **query) for item in page["items"]]
