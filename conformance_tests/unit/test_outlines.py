"""Pages that look the same have one outline; the first difference is quoted."""

import pytest

from quintet_conformance.runner.browser import differences, screenshots
from quintet_conformance.web.markup import parse
from quintet_conformance.web.outline import outline

ONE = """<!doctype html><html lang="en"><head><title>T</title>
<link rel="stylesheet" href="/static/blog.css?v=0123456789abcdef"></head><body>
<p id="a" class="b a">Quintet, played by Django</p>
<form action="/x" method="post"><input type="hidden" name="proof" value="1">
<a href="#a">Up</a></form></body></html>"""
SAME = (
    ONE.replace("Django", "Flask")
    .replace('id="a" class="b a"', "class='a b' id=c")
    .replace("#a", "#c")
    .replace("blog.css?v=0123456789abcdef", "blog.89ab0123.css")
    .replace('name="proof" value="1"', 'name="token" value="2"')
)


def test_what_is_each_frameworks_own_is_left_out():
    assert outline(parse(ONE)) == outline(parse(SAME))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Up", "Down"),
        ("b a", "b"),
        ("<p ", "<div "),
        ("<p ", '<p data-moderates="" '),
        ('href="#a"', 'href="/a"'),
        ('type="hidden" name="proof"', 'type="hidden" name="next"'),
        ("blog.css?", "other.css?"),
    ],
)
def test_what_a_reader_or_the_style_sees_makes_a_difference(old, new):
    assert outline(parse(ONE)) != outline(parse(ONE.replace(old, new)))


def test_the_first_difference_of_each_page_is_quoted(tmp_path):
    texts = {"one": "a\nb\nc\n", "two": "a\nx\ny\n", "three": "a\nb\nc\n"}
    for key, text in texts.items():
        folder = screenshots(tmp_path) / key
        folder.mkdir(parents=True)
        (folder / "start.txt").write_text(text)
    (screenshots(tmp_path) / "three" / "more.txt").write_text("d\n")
    assert list(differences(tmp_path, ["one", "two", "three", "four"])) == [
        "start, line 2:\n  one: b\n  two: x",
        "more, line 1:\n  one: None\n  three: d",
    ]
