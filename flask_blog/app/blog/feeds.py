"""What programs read beside the API: the Atom feed, the sitemap, robots.txt."""

from datetime import UTC, datetime
from urllib.parse import urlsplit

from flask import Blueprint, Response, render_template

from app.blog import page_queries
from app.extensions import db
from app.mail import public_url
from app.routing import conditional

feeds = Blueprint("feeds", __name__)

BEFORE_ALL = datetime(1970, 1, 1, tzinfo=UTC)


@feeds.get("/feed.atom")
@conditional(shared=True)
def read_atom_feed() -> Response:
    """Its ids hold nothing that an edit could change."""
    with db.reading() as reader:
        entries = page_queries.list_feed_entries(reader)
    document = render_template(
        "blog/feed.xml",
        entries=entries,
        updated=max((entry.updated_at for entry in entries), default=BEFORE_ALL),
        public_url=public_url(),
        host=urlsplit(public_url()).hostname,
    )
    return Response(document, mimetype="application/atom+xml")


@feeds.get("/sitemap.xml")
@conditional(shared=True)
def read_sitemap() -> Response:
    with db.reading() as reader:
        addresses = page_queries.list_addresses(reader)
    document = render_template(
        "blog/sitemap.xml", addresses=addresses, public_url=public_url()
    )
    return Response(document, mimetype="application/xml")


@feeds.get("/robots.txt")
@conditional(shared=True)
def read_robots() -> Response:
    sitemap = f"Sitemap: {public_url()}/sitemap.xml"
    lines = ("User-agent: *", "Disallow:", "", sitemap, "")
    return Response("\n".join(lines), mimetype="text/plain")
