"""Markdown, excerpts and slugs."""

import pytest

from app.rendering import render, slugify


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ("# One\n\n###### Six", "<h2>One</h2>\n<h6>Six</h6>\n"),
        ("~~old~~ *new*", "<p><del>old</del> <em>new</em></p>\n"),
        ("<b onclick=x>hi</b>", "<p>&lt;b onclick=x&gt;hi&lt;/b&gt;</p>\n"),
        ("<script>\nx\n</script>", "<p>&lt;script&gt;\nx\n&lt;/script&gt;</p>\n"),
        ("```python\nx\n```", "<pre><code>x\n</code></pre>\n"),
        ("3. three", '<ol start="3">\n<li>three</li>\n</ol>\n'),
        (
            "[a](/b 'c')",
            '<p><a href="/b" title="c" rel="nofollow ugc noopener">a</a></p>\n',
        ),
        (
            "[a](mailto:b@example.org)",
            '<p><a href="mailto:b@example.org" rel="nofollow ugc noopener">a</a></p>\n',
        ),
        ("[*a*](javascript:alert(1)) b", "<p><em>a</em> b</p>\n"),
        ("[a](&#9;JAVASCRIPT:alert(1))", "<p>a</p>\n"),
        ("[a](data:text/html,x) [b](ftp://c)", "<p>a b</p>\n"),
        ("![a](https://b/c.png)", '<p><img src="https://b/c.png" alt="a"></p>\n'),
        ("![*a* <b>](http://b/c.png)", "<p>a &lt;b&gt;</p>\n"),
        ("![a](//b/c.png)", "<p>a</p>\n"),
        (
            "[![a](data:x)](/b)",
            '<p><a href="/b" rel="nofollow ugc noopener">a</a></p>\n',
        ),
    ],
)
def test_body_html(body: str, html: str) -> None:
    assert render(body).body_html == html


def test_table_leaves_no_style() -> None:
    html = render("| a |\n| :-: |\n| b |").body_html
    assert "<td>b</td>" in html
    assert "style" not in html


@pytest.mark.parametrize(
    ("body", "excerpt"),
    [
        ("# One\n\n> two &amp; *three*", "One two & three"),
        ("x" * 200, "x" * 200),
        ("x" * 201, "x" * 200 + "…"),
        ("word " * 40 + "end", "word " * 39 + "word…"),
        ("![](/a.png)", ""),
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
        ("Cafe\u0301 1\ufe0f\u20e3", "cafe-1"),
        ("x" * 79 + " yz", "x" * 79),
    ],
)
def test_slug(title: str, slug: str) -> None:
    assert slugify(title) == slug
