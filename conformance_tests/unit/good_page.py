"""A page that keeps all rules, for tests to spoil somewhere."""

import httpx

from quintet_conformance.web.answer import Answer
from quintet_conformance.web.answer_rules import PAGE_SECURITY
from quintet_conformance.web.browser import PageViolationError, check

HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "X-Request-ID": "abc-123",
    "Content-Security-Policy": PAGE_SECURITY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "private, no-cache",
    "Vary": "Cookie",
}
PAGE = """<!doctype html>
<html lang="en"><head><title>Sign in</title>
<link rel="stylesheet" href="/static/blog.css?v=0123456789ab">
<link rel="alternate" type="application/atom+xml" href="/feed.atom"></head>
<body><a class="skip" href="#main">Skip</a>
<header class="site"><nav><a href="/">Blog</a></nav></header>
<main id="main"><h1>Sign in</h1>
<form action="/login" method="post"><input type="hidden" name="csrf" value="abc">
<label for="name">Name</label><input id="name" name="username" value="">
<label>Password <input type="password" name="password"></label>
<button>Sign in</button></form>
<p><time datetime="2026-03-12T10:00:00Z">12 March 2026</time></p>
<div class="body"><a href="https://out.example">out</a></div>
</main><footer class="site"></footer></body></html>
"""
MISTAKEN = (
    PAGE.replace("<title>", "<title>Error: ")
    .replace('value="">', 'value="" aria-invalid="true" aria-describedby="told">')
    .replace('<form action="/login"', '<p id="told">Needed.</p><form action="/login"')
    .replace(
        "<h1>",
        '<div role="alert" tabindex="-1" autofocus><a href="#name">Needed.</a></div>'
        "<h1>",
    )
)
SIGNED_IN = PAGE.replace('action="/login"', 'action="/logout"')
COOKIE = "a=b; Path=/; HttpOnly; SameSite=Lax"
SECURE = "__Host-a=b; Path=/; HttpOnly; SameSite=Lax; Secure"


def answer(text=PAGE, status=200, *, method="GET", path="/login", sent=b"", **changes):
    request = httpx.Request(method, f"http://blog.test{path}", content=sent or None)
    known = {
        name: changes.pop(name)
        for name in ("is_secure", "had_cookies", "secrets")
        if name in changes
    }
    cookies = changes.pop("cookies", [])
    fields = {
        **HEADERS,
        **{name.replace("_", "-"): each for name, each in changes.items()},
    }
    headers = [(name, each) for name, each in fields.items() if each is not None]
    headers += [("Set-Cookie", each) for each in cookies]
    content = text.encode()
    response = httpx.Response(status, headers=headers, content=content, request=request)
    return Answer(response, own_hosts=frozenset({"blog.test"}), **known)


def faults(*arguments, **changes):
    try:
        check(answer(*arguments, **changes))
    except PageViolationError as error:
        return str(error)
    return ""
