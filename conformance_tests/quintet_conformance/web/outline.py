"""What two pages have to have in common to look the same, line by line."""

import re
from collections.abc import Iterator

from turbohtml import Document, Element, Text

from quintet_conformance.web.forms import KNOWN_HIDDEN
from quintet_conformance.web.markup import attribute

# How ids are called, and what follows from that, is each framework's own business.
SHARED = (
    *("class", "type", "name", "rel", "role", "lang", "dir", "datetime", "method"),
    *("autocomplete", "aria-label", "aria-current", "aria-invalid"),
    *("data-live", "data-username", "data-moderates"),
)
ADDRESSES = ("href", "action", "src")
PLAYER = re.compile(r"(?<=played by )\w+")
HASHED = re.compile(r"/static/(\w+)\S*\.(css|js|svg)\S*")
UNHASHED = r"/static/\1.\2"


def outline(document: Document) -> list[str]:
    """List elements, classes, addresses and words, indented by their depth."""
    root = document.select_one("html")
    return list(_lines(root, 0)) if root else []


def _lines(element: Element, depth: int) -> Iterator[str]:
    if _is_proof(element):
        return
    indent = "  " * depth
    yield indent + " ".join([element.tag, *_attributes(element)])
    for child in element.children:
        if isinstance(child, Element):
            yield from _lines(child, depth + 1)
        elif isinstance(child, Text) and (words := " ".join(child.text.split())):
            yield f"{indent}  | {PLAYER.sub('…', words)}"


def _attributes(element: Element) -> Iterator[str]:
    for name in SHARED:
        if (value := element.attr(name)) is not None:
            shown = " ".join(sorted(value.split())) if name == "class" else value
            yield f"{name}={shown!r}"
    for name in ADDRESSES:
        if (address := element.attr(name)) is not None:
            shown = "#" if address.startswith("#") else address
            yield f"{name}={HASHED.sub(UNHASHED, shown)!r}"


def _is_proof(element: Element) -> bool:
    is_hidden = element.tag == "input" and attribute(element, "type") == "hidden"
    return is_hidden and attribute(element, "name") not in KNOWN_HIDDEN
