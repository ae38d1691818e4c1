"""Whether several servers give the same answer, byte by byte, and where not."""

from collections.abc import Hashable, Iterator, Mapping
from itertools import takewhile

import httpx

# What the specification speaks of, but for X-Request-ID, which is new each time. A
# framework may send more of its own (Date, Server, Cross-Origin-Opener-Policy).
COMPARED = frozenset(
    {"allow", "cache-control", "content-length", "content-security-policy"}
    | {"content-type", "etag", "link", "location", "referrer-policy", "retry-after"}
    | {"vary", "www-authenticate", "x-content-type-options", "x-frame-options"}
    | {"access-control-allow-origin", "set-cookie", "strict-transport-security"}
)
UNORDERED = frozenset({"allow", "vary"})
CONTEXT = 60


def differences(answers: Mapping[str, httpx.Response]) -> str:
    """Say in lines what differs between the answers of servers; nothing, if nothing."""
    lines = list(_differences(answers))
    if not lines:
        return ""
    request = next(iter(answers.values())).request
    target = request.url.raw_path.decode("ascii")
    return "\n".join([f"{request.method} {target}", *lines])


def _differences(answers: Mapping[str, httpx.Response]) -> Iterator[str]:
    yield from _told("status", {n: each.status_code for n, each in answers.items()})
    fields = {name: _fields(each) for name, each in answers.items()}
    for field in sorted({field for each in fields.values() for field in each}):
        yield from _told(field, {n: each.get(field) for n, each in fields.items()})
    bodies = {name: each.content for name, each in answers.items()}
    if len(set(bodies.values())) > 1:
        start = max(0, _first_difference(list(bodies.values())) - CONTEXT // 2)
        parts = {n: body[start : start + CONTEXT] for n, body in bodies.items()}
        shown = {n: part.decode(errors="replace") for n, part in parts.items()}
        yield from _told(f"body from byte {start} on", shown, always=True)


def _told(
    what: str, values: Mapping[str, Hashable], *, always: bool = False
) -> Iterator[str]:
    """Tell who said what, when they do not all say the same."""
    if len(set(values.values())) == 1 and not always:
        return
    yield f"  {what}:"
    for value in dict.fromkeys(values.values()):
        names = [name for name, own in values.items() if own == value]
        yield f"    {', '.join(names)}: {'(none)' if value is None else value}"


def _fields(answer: httpx.Response) -> dict[str, str]:
    """Give the header fields that count; the names in Vary and Allow have no order."""
    fields = {
        name.lower(): value
        for name, value in answer.headers.items()
        if name.lower() in COMPARED
    }
    for name in UNORDERED & fields.keys():
        fields[name] = ", ".join(sorted(map(str.strip, fields[name].split(","))))
    return fields


def _first_difference(bodies: list[bytes]) -> int:
    columns = zip(*bodies, strict=False)
    return len(list(takewhile(lambda column: len(set(column)) == 1, columns)))
