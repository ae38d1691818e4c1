"""What programs read beside the API: the Atom feed, the sitemap, robots.txt."""

from datetime import UTC, datetime
from urllib.parse import urlsplit

from tornado.routing import URLSpec

from app.blog import page_queries
from app.pages import SharedHandler

BEFORE_ALL = datetime(1970, 1, 1, tzinfo=UTC)


class AtomFeedHandler(SharedHandler):
    async def get(self) -> None:
        """Its ids hold nothing that an edit could change."""
        public_url = self.application.public_url
        async with self.database.reading() as reader:
            entries = await page_queries.list_feed_entries(reader)
        self.set_header("Content-Type", "application/atom+xml; charset=UTF-8")
        self.render(
            "blog/feed.xml",
            entries=entries,
            updated=max((entry.updated_at for entry in entries), default=BEFORE_ALL),
            public_url=public_url,
            host=urlsplit(public_url).hostname,
        )


class SitemapHandler(SharedHandler):
    async def get(self) -> None:
        async with self.database.reading() as reader:
            addresses = await page_queries.list_addresses(reader)
        self.set_header("Content-Type", "application/xml; charset=UTF-8")
        self.render(
            "blog/sitemap.xml",
            addresses=addresses,
            public_url=self.application.public_url,
        )


class RobotsHandler(SharedHandler):
    async def get(self) -> None:
        sitemap = f"{self.application.public_url}/sitemap.xml"
        lines = ("User-agent: *", "Disallow:", "", f"Sitemap: {sitemap}", "")
        self.set_header("Content-Type", "text/plain; charset=UTF-8")
        self.write("\n".join(lines))


routes = [
    URLSpec(r"/feed\.atom", AtomFeedHandler),
    URLSpec(r"/sitemap\.xml", SitemapHandler),
    URLSpec(r"/robots\.txt", RobotsHandler),
]
