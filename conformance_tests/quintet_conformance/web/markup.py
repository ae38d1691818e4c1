"""HTML as browsers read it, and what they would have to mend in it."""

from collections.abc import Iterator
from functools import cache

import turbohtml
from tinyhtml5.parser import HTMLParser
from turbohtml import Document, Element, Node, Token, TokenType

# A page may hold thousands of errors that follow from the first.
SHOWN_ERRORS = 5
# What users may write (TEXT-04 refuses two of the noncharacters) stands on any page.
OF_TEXTS = frozenset({"noncharacter-in-input-stream"})
# What a field may hold that was typed with control characters.
OF_CONTROLS = OF_TEXTS | {
    "control-character-in-input-stream",
    "unexpected-null-character",
}


def parse(markup: str) -> Document:
    return turbohtml.parse(markup)


def words(node: Node | None) -> str:
    """Give the text as it is shown, white space folded."""
    return " ".join(node.text.split()) if node is not None else ""


def attribute(element: Element, name: str) -> str:
    return element.attr(name) or ""


def tokens_of(element: Element, name: str) -> list[str]:
    """Split an attribute that lists ids or classes."""
    return attribute(element, name).split()


def parse_errors(
    markup: str, document: Document, *, ignored: frozenset[str] = frozenset()
) -> Iterator[str]:
    """Name what is wrong in the characters, then what is wrong in the nesting."""
    errors = [error for error in document.errors if error.code not in ignored]
    for error in errors[:SHOWN_ERRORS]:
        yield f"{error.code} in line {error.line}, column {error.col}"
    yield from _errors_of_nesting(_skeleton(markup))[:SHOWN_ERRORS]


@cache
def _errors_of_nesting(skeleton: str) -> tuple[str, ...]:
    parser = HTMLParser()
    parser.parse(skeleton)
    return tuple(
        f"{code} {details.get('name', '')}" for _, code, details in parser.errors
    )


def _skeleton(markup: str) -> str:
    """Reduce a page to its tags: pages differ less in these, and reading is slow."""
    return "".join(map(_bone, turbohtml.tokenize(markup)))


def _bone(token: Token) -> str:
    if token.type is TokenType.DOCTYPE:
        named = (token.name, token.public_id, token.system_id)
        return "<!doctype html>" if named == ("html", None, None) else ""
    if token.type is TokenType.START_TAG:
        hidden = " type=hidden" if token.attr("type") == "hidden" else ""
        return f"<{token.tag}{hidden}{' /' if token.self_closing else ''}>"
    if token.type is TokenType.END_TAG:
        return f"</{token.tag}>"
    is_text = token.type is TokenType.TEXT
    return "x" if is_text and (token.data or "").strip() else " "
