"""What is made of a post's title and Markdown, once, when it is written."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import unescape

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

from common.validation import fold

ALLOWED_TAGS = {
    *("h2", "h3", "h4", "h5", "h6", "p", "br", "hr", "blockquote", "pre", "code"),
    *("em", "strong", "del", "ul", "ol", "li", "a", "img"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
ALLOWED_ATTRIBUTES = {
    "ol": {"start"},
    "a": {"href", "title"},
    "img": {"src", "alt", "title"},
}
LINK_SCHEMES = {"http", "https", "mailto"}
SCHEME = re.compile("([A-Za-z][A-Za-z0-9+.-]*):")
EXCERPT_LENGTH = 200
SLUG_LENGTH = 80
# Without it, 100 kB of references to one long address make 400 MB of links.
ADDRESS_ALLOWANCE = 1_000_000

_markdown = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
_markdown.validateLink = lambda url: True  # type: ignore[method-assign]  # noqa: ARG005 - see _adapt
_renderer = RendererHTML(_markdown)


@dataclass(frozen=True, slots=True)
class Rendered:
    body_html: str
    excerpt: str


def render(body: str) -> Rendered:
    tokens = _markdown.parse(body)
    _limit_addresses(tokens)
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(int(token.tag[1]) + 1, 6)}"  # The page has its own h1.
        token.children = list(_adapt(token.children or []))
    # Nothing bad is left for nh3 to remove; it stands guard against what we overlooked.
    body_html = nh3.clean(
        _renderer.render(tokens, _markdown.options, {}),
        tags=ALLOWED_TAGS,
        attributes=ALLOWED_ATTRIBUTES,
        url_schemes=LINK_SCHEMES,
        link_rel="nofollow ugc noopener",
    )
    return Rendered(body_html, _excerpt(body_html))


def _limit_addresses(tokens: Sequence[Token]) -> None:
    allowance = ADDRESS_ALLOWANCE
    for child in (child for token in tokens for child in token.children or []):
        allowance -= sum(len(str(value)) for value in child.attrs.values())
        child.meta["is_over_limit"] = allowance < 0


def _adapt(tokens: Sequence[Token]) -> Iterator[Token]:
    """Leaves of a link or image that goes where it may not its text alone."""
    in_bad_link = False
    for token in tokens:
        if token.type == "link_open" and not _may_link(token):
            in_bad_link = True
        elif token.type == "link_close" and in_bad_link:
            in_bad_link = False
        elif token.type == "image" and not _may_show(token):
            text = _renderer.renderInlineAsText(token.children, _markdown.options, {})
            yield Token("text", "", 0, content=text)
        else:
            if token.tag == "s":
                token.tag = "del"
            yield token


def _may_link(link: Token) -> bool:
    if link.meta["is_over_limit"]:
        return False
    return _scheme(str(link.attrs["href"])) in LINK_SCHEMES | {""}


def _may_show(image: Token) -> bool:
    source = str(image.attrs["src"])
    if image.meta["is_over_limit"]:
        return False
    return _scheme(source) in {"https", ""} and not source.startswith("//")


def _scheme(url: str) -> str:
    scheme = SCHEME.match(url)
    return scheme[1].lower() if scheme else ""


def _excerpt(body_html: str) -> str:
    text = " ".join(unescape(nh3.clean(body_html, tags=set())).split())
    if len(text) <= EXCERPT_LENGTH:
        return text
    beginning = text[:EXCERPT_LENGTH]
    return (beginning.rpartition(" ")[0] or beginning) + "…"


def slugify(title: str) -> str:
    letters = unicodedata.normalize("NFKD", title)
    unmarked = "".join(
        c for c in letters if not unicodedata.category(c).startswith("M")
    )
    hyphenated = re.sub("[^a-z0-9]+", "-", fold(unmarked)).strip("-")
    return hyphenated[:SLUG_LENGTH].strip("-") or "post"
