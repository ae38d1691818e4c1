"""Forms are filled and sent, and cookies kept, as a browser does."""

import pytest

from quintet_conformance.web.cookies import Cookie, Jar
from quintet_conformance.web.forms import FormError, encode, forms_of, label_of
from quintet_conformance.web.markup import parse

PAGE = """<!doctype html><title>x</title>
<form id="post" action="/new" method="post">
<input type="hidden" name="csrf" value="&quot;t&quot;">
<input type="hidden" name="next" value="/a?b=c&amp;d">
<label for="t">Title</label><input id="t" name="title" value="a &lt;b&gt;"
 aria-describedby="hint wrong" aria-invalid="true"><p id="hint">Short.</p>
<p id="wrong">Too   long.</p>
<textarea name="body" aria-label="Text">

one
two</textarea>
<select name="status"><option value="draft">D
<option value="published" selected>P</select>
<input type="checkbox" name="off" value="1"><input type="checkbox" name="on" checked>
<input type="radio" name="r" value="1"><input type="radio" name="r" value="2" checked>
<input name="dead" value="x" disabled>
<button name="go" value="1">Go</button></form>
<input name="late" form="post" value="outside">
<form action="?q=1"><input type="search" name="q"></form>
"""


@pytest.fixture
def forms():
    return forms_of(parse(PAGE), "/here")


def test_a_form_is_sent_as_it_is_but_for_what_is_typed(forms):
    sent = forms[0].data({"title": "new"}, without=["next"])
    assert sent == [
        ("csrf", '"t"'),
        ("title", "new"),
        ("body", "\r\none\r\ntwo"),
        ("status", "published"),
        ("on", "on"),
        ("r", "2"),
        ("late", "outside"),
    ]
    assert encode(sent).startswith(b"csrf=%22t%22&title=new&body=%0D%0Aone%0D%0Atwo")


def test_what_a_form_says(forms):
    form = forms[0]
    assert (form.action, form.method) == ("/new", "post")
    assert form.proof == {"csrf": '"t"'}
    assert form.hidden["next"] == "/a?b=c&d"
    assert form.value("title") == "a <b>"
    assert form.value("body") == "\none\ntwo"
    assert form.choices("status") == ["draft", "published"]
    assert form.label("title") == "Title"
    assert label_of(form.document, form.control("body")) == "Text"
    assert form.message("title") == "Short. Too long."
    assert form.mistaken == {"title"}
    assert (forms[1].action, forms[1].method) == ("/here?q=1", "get")


def test_a_field_that_is_not_there_cannot_be_typed_in(forms):
    with pytest.raises(FormError, match="no field 'name'"):
        forms[0].data({"name": "x"})


def kept(*fields, is_secure=False, **values):
    jar = Jar(values)
    jar.store([Cookie.read(field) for field in fields], is_secure=is_secure)
    return jar.field()


def test_cookies_are_kept_replaced_and_removed():
    assert kept("a=1; Path=/", "b=x=y; HttpOnly") == "a=1; b=x=y"
    assert kept("a=2; Path=/", a="1") == "a=2"
    assert kept('a=""; Path=/; Max-Age=0', a="1") == ""
    assert kept("a=; expires=Thu, 01 Jan 1970 00:00:00 GMT", a="1", b="2") == "b=2"


def test_cookies_that_break_their_rules_are_not_kept():
    assert kept("a=1; Secure") == ""
    assert kept("__Host-a=1; Path=/", is_secure=True) == ""
    assert kept("__Host-a=1; Path=/; Secure", is_secure=True) == "__Host-a=1"


def test_how_long_a_cookie_lasts():
    assert Cookie.read("a=1; Path=/").seconds is None
    assert Cookie.read("a=1; Max-Age=60").seconds == 60
    far = Cookie.read("a=1; Expires=Fri, 31 Dec 2100 23:59:59 GMT").seconds
    assert far is not None
    assert far > 60
