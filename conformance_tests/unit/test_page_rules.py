"""The browser finds each fault of a document, and none where there is none."""

import pytest
from good_page import COOKIE, MISTAKEN, PAGE, SIGNED_IN, faults

# What is changed in a good page, and what the browser then says.
BAD_PAGES = {
    "<p>": ("<p><div></div>", "unexpected-end-tag"),
    "</main>": ("<div></main>", "end-tag"),
    "<!doctype html>\n": ("", "expected-doctype"),
    "<h1>Sign in": ("<h1 class=a class=b>Sign in", "duplicate-attribute"),
    "Skip": ("&nonsense;", "unknown-named-character-reference"),
    "<button>": ("<table><p>x</p></table><button>", "table"),
    'lang="en"': ('lang="de"', "the language should be en"),
    "<title>Sign in</title>": ("<title> </title>", "there is no <title>"),
    "<h1>Sign in</h1>": ("<h2>Sign in</h2>", "one <h1>"),
    'main id="main"><h1>Sign in</h1>': ('main id="main"><h1>A</h1><h1>B</h1>', "are 2"),
    "<footer": ("<p></p><x-footer", "there is no footer"),
    '<a class="skip" href="#main">Skip</a>': ("", "skip to main"),
    'href="/feed.atom"': ('href="/feed.atom" rel=x', "duplicate"),
    "application/atom+xml": ("application/rss+xml", "no link to the feed"),
    'id="name"': ('id="main"', "is there 2 times"),
    'label for="name"': ('label for="other"', "names no element"),
    '<label for="name">Name</label>': ("", "has no label"),
    "<label>Password ": ("<label>", "has no label"),
    "<button>Sign": ('<button onclick="x()">Sign', "attribute onclick"),
    "<h1>": ('<h1 style="color:red">', "attribute style"),
    "</head>": ("<style>p{}</style></head>", "inline style"),
    "</body>": ("<script>x()</script></body>", "inline script"),
    'href="/">Blog': ('href="https://evil.example/">Blog', "another host"),
    '<p><time datetime="2026': (
        '<img src="//x.example/a.png"><p><time datetime="2026',
        "host",
    ),
    '<nav><a href="/"': ('<nav><a href="javascript:x()"', "strange scheme"),
    "blog.css?v=0123456789ab": ("blog.css", "carries no hash"),
    "12 March 2026": ("March 12", "should show '12 March 2026'"),
    "10:00:00Z": ("10:00:00", "should be in UTC"),
    ' name="csrf" value="abc"': (' name="next" value="/"', "proves where it came from"),
    'action="/login"': ('action="https://evil.example/"', "path of the site"),
    'name="password"': ('name="password" value="secret"', "holds a password"),
    'class="skip" href="#main"': ('class="skip" href="#man"', "leads nowhere"),
}


def test_a_good_page_has_no_fault():
    assert not faults()
    assert not faults(SIGNED_IN, Cache_Control="no-store")
    assert not faults(MISTAKEN, 422, method="POST")
    assert not faults(PAGE.replace("Sign in</h1>", "Sign in\U0001fffe</h1>"))
    assert not faults(cookies=[COOKIE])
    assert not faults("", 303, Location="/todos?show=active#main", Content_Type=None)
    assert not faults("", 304, Content_Type=None)
    assert not faults("", method="HEAD")
    assert not faults("x", Content_Type="text/plain", path="/robots.txt")


def test_a_fault_is_shown_with_request_and_answer():
    told = faults(PAGE.replace("<h1>Sign in</h1>", ""))
    assert "curl -i http://blog.test/login" in told
    assert "HTTP 200 OK" in told


@pytest.mark.parametrize(
    ("good", "bad", "told"), [(good, *bad) for good, bad in BAD_PAGES.items()]
)
def test_a_bad_page_is_found(good, bad, told):
    assert good in PAGE
    assert told in faults(PAGE.replace(good, bad, 1))


@pytest.mark.parametrize(
    ("good", "bad", "told"),
    [
        ("Error: ", "", "begin with 'Error: '"),
        ('role="alert"', 'role="note"', "no summary"),
        (' tabindex="-1"', "", "tabindex=-1"),
        (" autofocus", "", "autofocus"),
        ('<a href="#name">', '<a href="#main">', "the summary links to"),
        (' aria-describedby="told"', "", "has no message"),
        ('aria-describedby="told"', 'aria-describedby="gone"', "names no element"),
    ],
)
def test_a_bad_page_of_mistakes_is_found(good, bad, told):
    assert good in MISTAKEN
    assert told in faults(MISTAKEN.replace(good, bad, 1), 422, method="POST")


def test_an_error_in_the_title_of_a_good_page_is_found():
    assert "although there is none" in faults(MISTAKEN)
