"""The browser finds each fault of header fields, redirects and cookies."""

import pytest
from good_page import COOKIE, PAGE, SECURE, SIGNED_IN, faults


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-Content-Type-Options", None),
        ("Referrer-Policy", "no-referrer"),
        ("X-Frame-Options", "SAMEORIGIN"),
        ("Content-Security-Policy", "default-src 'self'"),
        ("Cross-Origin-Opener-Policy", None),
        ("Cache-Control", "no-cache"),
        ("Cache-Control", None),
        ("Vary", "Accept"),
        ("X-Request-ID", "a b"),
        ("Server", "gunicorn/20.1"),
        ("Content-Type", "text/html"),
    ],
)
def test_a_bad_header_field_is_found(name, value):
    assert name in faults(**{name: value}) or "media type" in faults(**{name: value})


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"status": 500}, "no request is answered 500"),
        (
            {"status": 404, "Content_Type": "application/json", "text": "{}"},
            "a page of the site",
        ),
        ({"status": 301, "Location": "/"}, "303 or 302"),
        ({"status": 303, "Location": "https://evil.example/"}, "leads to a place"),
        ({"status": 303, "Location": "//evil.example/"}, "leads to a place"),
        ({"status": 303}, "leads to a place"),
        ({"method": "HEAD"}, "no content"),
        ({"text": "Traceback (most recent call last)"}, "traceback"),
        ({"text": SIGNED_IN}, "should be no-store"),
        ({"is_secure": True}, "Strict-Transport-Security"),
        ({"path": f"/password-reset/{'a' * 43}"}, "no-referrer"),
        ({"secrets": ("Blog</a>",)}, "a password that was typed comes back"),
    ],
)
def test_a_bad_answer_is_found(changes, told):
    assert told in faults(**changes)


@pytest.mark.parametrize(
    ("cookie", "told"),
    [
        ("a=b; Path=/; SameSite=Lax", "needs HttpOnly"),
        ("a=b; Path=/; HttpOnly", "needs SameSite=Lax"),
        ("a=b; Path=/; HttpOnly; SameSite=Strict", "needs SameSite=Lax"),
        ("a=b; Path=/x; HttpOnly; SameSite=Lax", "needs Path=/"),
        (f"{COOKIE}; Domain=blog.test", "has a Domain"),
    ],
)
def test_a_bad_cookie_is_found(cookie, told):
    assert told in faults(cookies=[cookie])


def test_cookies_over_https():
    secure = {"is_secure": True, "Strict_Transport_Security": "max-age=31536000"}
    assert not faults(cookies=[SECURE], **secure)
    assert "begins with __Host-" in faults(cookies=[f"{COOKIE}; Secure"], **secure)
    assert "needs Secure" in faults(cookies=[SECURE.removesuffix("; Secure")], **secure)


def test_a_cookie_where_none_is_needed_is_found():
    formless = PAGE.replace('method="post"', 'method="get"').replace("hidden", "text")
    assert "sets a cookie for a visitor" in faults(formless, cookies=[COOKIE])
    assert "is no page" in faults("x", Content_Type="text/css", cookies=[COOKIE])
