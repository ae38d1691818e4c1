"""Bodies that are meant to do harm: what they become is audited, element by element."""

import json
from collections.abc import Callable, Iterable
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import pytest

from quintet_conformance.cases import cases
from quintet_conformance.helpers import expect
from quintet_conformance.site import Member, Site

Json = Any
Writer = Callable[[list[Json]], str]

JSON = {"Content-Type": "application/json"}
ATTRIBUTES = {
    "a": {"href", "title", "rel"},
    "img": {"src", "alt", "title"},
    "ol": {"start"},
}
ELEMENTS = {
    *("h2", "h3", "h4", "h5", "h6", "p", "br", "hr", "blockquote", "pre", "code"),
    *("em", "strong", "del", "ul", "ol", "li", "a", "img"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
RELATION = "nofollow ugc noopener"
LINK_SCHEMES = {"", "http", "https", "mailto"}
IMAGE_SCHEMES = {"", "https"}
# What browsers drop from an address before they look for its scheme.
DROPPED = dict.fromkeys([*range(0x21), *range(0x7F, 0xA1), 0xAD, 0x200B, 0xFEFF])

MARKUP = {
    "script": "<script>alert(1)</script>",
    "script elsewhere": "<script src=//evil.example/x.js></script>",
    "script over lines": "<ScRiPt\n>alert(1)</sCrIpT\t>",
    "script after ends": "</p></td></li></blockquote><script>alert(1)</script>",
    "image": "<img src=x onerror=alert(1)>",
    "image without spaces": "<img/src='x'/onerror='alert(1)'>",
    "svg": "<svg/onload=alert(1)>",
    "script in svg": "<svg><script>alert&#40;1&#41;</script></svg>",
    "math": "<math><mi xlink:href='javascript:alert(1)'>x</mi></math>",
    "frame": "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "link": "<a href='javascript:alert(1)' style='x' class='y' id='z'>x</a>",
    "style and handler": "<p style='position:fixed' onclick='alert(1)'>x</p>",
    "form": "<form action='https://evil.example/'><input autofocus onfocus=alert(1)>",
    "details": "<details open ontoggle=alert(1)>x</details>",
    "base": "<base href='https://evil.example/'>",
    "style sheet": "<link rel=stylesheet href='https://evil.example/x.css'>",
    "style": "<style>@import 'https://evil.example/x.css'</style>",
    "object": "<object data='data:text/html,x'></object><embed src='data:text/html,x'>",
    "video": "<video><source onerror=alert(1)></video>",
    "comment": "<!--><img src=x onerror=alert(1)>-->",
    "CDATA": "<![CDATA[<img src=x onerror=alert(1)>]]>",
    "XML": "<?xml version='1.0'?><html xmlns='x'><body onload=alert(1)>",
    "noscript": "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "text area": "<textarea><script>alert(1)</script></textarea><title>x</title>",
    "doubled brackets": "<<script>script>alert(1)<</script>/script>",
    "odd separator": "<x\u2028onclick=alert(1)>x</x>",
    "full-width brackets": "\uff1cscript\uff1ealert(1)\uff1c/script\uff1e",
    "entities": "&lt;script&gt;alert(1)&lt;/script&gt;&#60;script&#62;",
    "double quotes": '" onmouseover="alert(1)" x=\'',
    "single quotes": "' onmouseover='alert(1)' x=\"",
    "backticks": "` onmouseover=`alert(1)",
    "attribute list": "{onclick=alert(1) .class #id}",
}
AROUND_MARKUP = """{0}

a {0} b

# {0}

> {0}

- {0}

1. {0}

| {0} |
| --- |
| {0} |

**{0}** ~~{0}~~ `{0}`

[{0}](/path) ![{0}](/path) [a](/path "{0}") ![a](/path '{0}')

[a](</{0}>) ![a](/{0}) <https://example.org/{0}>

```{0}
{0}
```

    {0}

[a]

[a]: /path "{0}"
"""
ADDRESSES = {
    "script": "javascript:alert(1)",
    "capitals": "JaVaScRiPt:alert(1)",
    "slashes": "javascript://example.org/%0Aalert(1)",
    "named colon": "javascript&colon;alert(1)",
    "numbered colon": "javascript&#58;alert(1)",
    "numbered letter": "&#x6A;avascript:alert(1)",
    "padded number": "&#0000106;avascript:alert(1)",
    "backslash": "javascript\\:alert(1)",
    "tab inside": "java&#9;script:alert(1)",
    "line feed inside": "java&#10;script:alert(1)",
    "named line feed inside": "java&NewLine;script:alert(1)",
    "named tab inside": "java&Tab;script:alert(1)",
    "control first": "&#1;javascript:alert(1)",
    "NUL first": "&#0;javascript:alert(1)",
    "no-break entity first": "&#160;javascript:alert(1)",
    "no-break space first": "\u00a0javascript:alert(1)",
    "soft hyphen first": "\u00adjavascript:alert(1)",
    "zero-width space first": "\u200bjavascript:alert(1)",
    "byte order mark first": "\ufeffjavascript:alert(1)",
    "zero-width space inside": "java\u200bscript:alert(1)",
    "vbscript": "vbscript:msgbox(1)",
    "livescript": "livescript:alert(1)",
    "data page": "data:text/html,<script>alert(1)</script>",
    "data in base64": "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==",
    "data svg": "data:image/svg+xml;base64,PHN2Zy8+",
    "data image": "data:image/png;base64,AAAA",
    "blob": "blob:https://example.org/1",
    "file": "file:///etc/passwd",
    "ftp": "ftp://example.org/",
    "ws": "ws://example.org/",
    "view-source": "view-source:https://example.org/",
    "intent": "intent://x#Intent;scheme=x;end",
    "one letter": "x:y",
    "about": "about:blank",
    "feed": "feed:javascript:alert(1)",
    "jar": "jar:javascript:alert(1)!/",
    "http image": "http://example.org/x.png",
}
AROUND_ADDRESSES = """[a]({0}) [a](<{0}>) [a]( {0} "b") <{0}>

![a]({0}) ![a](<{0}>) [![a]({0})]({0}) [![a](/b)]({0})

[c] ![c] [a][c]

[c]: {0}

| [a]({0}) |
| -------- |
| ![a]({0}) |

- # [a]({0})
"""


class ContentAudit(HTMLParser):
    """Notes whatever the allow lists do not name."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ELEMENTS:
            self.faults.append(f"the element {tag}")
        given = dict(attrs)
        for name in given.keys() - ATTRIBUTES.get(tag, set()):
            self.faults.append(f"the attribute {name}={given[name]!r} of {tag}")
        if tag == "a":
            self._check_address(given.get("href"), LINK_SCHEMES)
            if given.get("rel") != RELATION:
                self.faults.append(f"the relation {given.get('rel')!r} of a link")
        if tag == "img":
            self._check_address(given.get("src"), IMAGE_SCHEMES)
        if not (given.get("start") or "0").isdigit():
            self.faults.append(f"the start {given['start']!r} of a list")

    def handle_comment(self, data: str) -> None:
        self.faults.append(f"the comment {data!r}")

    def handle_decl(self, decl: str) -> None:
        self.faults.append(f"the declaration {decl!r}")

    def unknown_decl(self, data: str) -> None:
        self.faults.append(f"the section {data!r}")

    def handle_pi(self, data: str) -> None:
        self.faults.append(f"the instruction {data!r}")

    def _check_address(self, address: str | None, schemes: Iterable[str]) -> None:
        if address is None:
            self.faults.append("a link or image without an address")
        elif urlsplit(address.translate(DROPPED)).scheme.lower() not in schemes:
            self.faults.append(f"the address {address!r}")


def faults_of(body_html: str) -> list[str]:
    audit = ContentAudit()
    audit.feed(body_html)
    audit.close()
    return audit.faults


@pytest.fixture(scope="module")
def author(site: Site) -> Member:
    return site.new_member()


@pytest.fixture(scope="module")
def slug(site: Site, author: Member) -> str:
    """The slug of a draft whose body the tests change."""
    return str(site.new_post(author, status="draft")["slug"])


@pytest.mark.requirement("POST-05", "POST-06", "HTTP-15")
@pytest.mark.parametrize("case", cases("large_bodies"))
def test_a_body_that_is_hard_to_read_is_rendered_too(
    author: Member, slug: str, case: Json, written: Writer
) -> None:
    # Unescaped: twelve bytes for each emoji would be too large a request.
    body = json.dumps({"body": written(case["parts"])}, ensure_ascii=False).encode()
    response = author.update_post(slug, content=body, headers=JSON)
    post = expect(response, 200)
    assert len(post["body_html"]) <= case["longest_body_html"]
    assert faults_of(post["body_html"]) == []


@pytest.mark.requirement("POST-06")
@pytest.mark.parametrize("markup", MARKUP.values(), ids=MARKUP)
def test_markup_in_a_body_becomes_nothing_active(
    author: Member, slug: str, markup: str
) -> None:
    body = AROUND_MARKUP.replace("{0}", markup)
    post = expect(author.update_post(slug, body=body), 200)
    assert faults_of(post["body_html"]) == []


@pytest.mark.requirement("POST-06")
@pytest.mark.parametrize("address", ADDRESSES.values(), ids=ADDRESSES)
def test_an_address_in_a_body_leads_to_nothing_active(
    author: Member, slug: str, address: str
) -> None:
    body = AROUND_ADDRESSES.replace("{0}", address)
    post = expect(author.update_post(slug, body=body), 200)
    assert faults_of(post["body_html"]) == []
