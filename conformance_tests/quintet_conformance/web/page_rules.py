"""The rules of every page: a document that all can read, with nothing foreign in it."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import urlsplit

from turbohtml import Document, Element

from quintet_conformance.web.markup import (
    OF_CONTROLS,
    OF_TEXTS,
    attribute,
    parse_errors,
    tokens_of,
    words,
)
from quintet_conformance.web.visit import Visit

WRITTEN_BY_USERS = ".body"
ADDRESSES = ("href", "src", "action", "formaction", "data", "poster")
REFERENCES = ("aria-describedby", "aria-labelledby", "for", "aria-controls")
FEED = 'link[rel~=alternate][type="application/atom+xml"]'
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
DAY = re.compile(r"\d{4}-\d\d-\d\d")
HASH = re.compile(r"[0-9A-Za-z_-]{6,}")


def faults_of_page(visit: Visit) -> Iterator[str]:
    document = visit.document
    ignored = OF_CONTROLS if visit.has_controls else OF_TEXTS
    for error in parse_errors(visit.text, document, ignored=ignored):
        yield f"HTML: {error}"
    yield from _faults_of_frame(document)
    yield from _faults_of_ids(document)
    yield from _faults_of_content(document)
    for element in document.select("[href], [src], [action], [formaction], [data]"):
        yield from _faults_of_addresses(element, visit.own_hosts)
    for element in document.select("time"):
        yield from _faults_of_time(element)


def _faults_of_frame(document: Document) -> Iterator[str]:
    root = document.select_one("html")
    language = attribute(root, "lang") if root else ""
    if language != "en":
        yield f"the language should be en, is {language!r}"
    if not words(document.select_one("head > title")):
        yield "there is no <title>"
    for selector, what in (("h1", "<h1>"), ("main h1", "<h1> in main"), ("main", "")):
        if (count := len(document.select(selector))) != 1:
            yield f"there should be one {what or 'main'}, are {count}"
    for landmark in ("header", "nav", "footer"):
        if not document.select(landmark):
            yield f"there is no {landmark}"
    first = document.select_one("body :is(a[href], button, input, select, textarea)")
    main = document.select_one("main")
    target = f"#{attribute(main, 'id')}" if main else ""
    if first is None or target == "#" or attribute(first, "href") != target:
        yield f"the first link should skip to main ({target})"
    if not document.select(FEED):
        yield "there is no link to the feed"


def _faults_of_ids(document: Document) -> Iterator[str]:
    ids = Counter(attribute(each, "id") for each in document.select("[id]"))
    for identity, count in ids.items():
        if count > 1 or not identity or re.search(r"\s", identity):
            yield f"the id {identity!r} is there {count} times"
    for name in REFERENCES:
        for element in document.select(f"[{name}]"):
            for identity in tokens_of(element, name):
                if identity not in ids:
                    yield f"<{element.tag} {name}={identity!r}> names no element"
    for link in document.select('a[href^="#"]'):
        target = attribute(link, "href").removeprefix("#")
        if target and target not in ids and not link.closest(WRITTEN_BY_USERS):
            yield f"the link to #{target} leads nowhere"


def _faults_of_content(document: Document) -> Iterator[str]:
    for element in document.iter_elements():
        for name in element.attrs:
            if name.startswith("on") or name == "style":
                yield f"<{element.tag}> has an attribute {name}"
    for script in document.select("script"):
        if not attribute(script, "src") or script.text.strip():
            yield "there is an inline script"
    if document.select("style"):
        yield "there is an inline style"
    if document.select("base, iframe, object, embed, meta[http-equiv=refresh i]"):
        yield "there is a base, frame, plugin or refresh"


def _faults_of_addresses(element: Element, own_hosts: frozenset[str]) -> Iterator[str]:
    is_users = element.tag in {"a", "img"} and element.closest(WRITTEN_BY_USERS)
    for name in ADDRESSES:
        address = element.attr(name)
        if address is None or is_users:
            continue
        parts = urlsplit(address.strip())
        if parts.scheme not in {"", "http", "https"}:
            yield f"<{element.tag} {name}={address!r}> has a strange scheme"
        elif parts.netloc and parts.netloc not in own_hosts:
            yield f"<{element.tag} {name}={address!r}> refers to another host"
        is_file = element.tag in {"link", "script", "img"}
        if is_file and parts.path.startswith("/static/"):
            yield from _faults_of_file(parts.path, parts.query)


def _faults_of_file(path: str, query: str) -> Iterator[str]:
    name = path.rpartition("/")[2]
    pieces = [*name.split(".")[1:-1], *re.split(r"[=&]", query)]
    pieces += name.partition(".")[0].split("-")[1:]
    if not any(HASH.fullmatch(piece) for piece in pieces):
        yield f"the address of the file {path}?{query} carries no hash"


def _faults_of_time(element: Element) -> Iterator[str]:
    stamp = attribute(element, "datetime")
    if not (INSTANT.fullmatch(stamp) or DAY.fullmatch(stamp)):
        yield f"<time datetime={stamp!r}> should be in UTC or a day"
        return
    day = datetime.fromisoformat(stamp[:10])
    shown = f"{day.day} {day:%B} {day.year}"
    if shown not in words(element):
        yield f"<time> should show {shown!r}, shows {words(element)!r}"
