"""Markdown to safe HTML, excerpts and slugs."""

import pytest

from common.rendering import render, slugify


@pytest.mark.parametrize(
    ("body", "body_html"),
    [
        ("# One\n###### Six", "<h2>One</h2>\n<h6>Six</h6>\n"),
        ("<b>x</b>", "<p>&lt;b&gt;x&lt;/b&gt;</p>\n"),
        ("[x](javascript:alert)", "<p>x</p>\n"),
        ("![x](http://a.b/c)", "<p>x</p>\n"),
        ("~~x~~", "<p><del>x</del></p>\n"),
        (
            "[x](https://a.b)",
            '<p><a href="https://a.b" rel="nofollow ugc noopener">x</a></p>\n',
        ),
    ],
)
def test_body_html(body: str, body_html: str) -> None:
    assert render(body).body_html == body_html


@pytest.mark.parametrize(
    ("body", "excerpt"),
    [
        ("a\n\nb  `c`", "a b c"),
        ("x" * 200, "x" * 200),
        ("x" * 201, "x" * 200 + "…"),
        ("word " * 50, ("word " * 40).strip() + "…"),
    ],
)
def test_excerpt(body: str, excerpt: str) -> None:
    assert render(body).excerpt == excerpt


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("The Analytical Engine", "the-analytical-engine"),
        ("Straße", "stra-e"),
        ("naïve—test", "naive-test"),
        ("日本", "post"),
        ("x" * 79 + " yz", "x" * 79),
    ],
)
def test_slug(title: str, slug: str) -> None:
    assert slugify(title) == slug
