"""What programs read beside the API: the Atom feed, the sitemap, robots.txt."""

from datetime import UTC, datetime
from urllib.parse import urlsplit

from sanic import Blueprint
from sanic.response import HTTPResponse, text
from sanic_ext import render

from app.blog import page_queries
from app.dependencies import reading
from app.request import Request
from app.routing import SHARED, Resource, conditional

feeds = Blueprint("feeds")

BEFORE_ALL = datetime(1970, 1, 1, tzinfo=UTC)


class AtomFeed(Resource, attach=feeds, uri="/feed.atom", name="atom"):
    @conditional(SHARED)
    @reading
    async def get(self, request: Request) -> HTTPResponse:
        """Its ids hold nothing that an edit could change."""
        entries = await page_queries.list_feed_entries(request.ctx.reader)
        updated = max((entry.updated_at for entry in entries), default=BEFORE_ALL)
        return await render(
            "blog/feed.xml",
            content_type="application/atom+xml",
            app=request.app,
            context={
                "entries": entries,
                "updated": updated,
                "public_url": request.public_url,
                "host": urlsplit(request.public_url).hostname,
            },
        )


class Sitemap(Resource, attach=feeds, uri="/sitemap.xml", name="sitemap"):
    @conditional(SHARED)
    @reading
    async def get(self, request: Request) -> HTTPResponse:
        addresses = await page_queries.list_addresses(request.ctx.reader)
        return await render(
            "blog/sitemap.xml",
            content_type="application/xml",
            app=request.app,
            context={"addresses": addresses, "public_url": request.public_url},
        )


class Robots(Resource, attach=feeds, uri="/robots.txt", name="robots"):
    @conditional(SHARED)
    async def get(self, request: Request) -> HTTPResponse:
        sitemap = f"{request.public_url}/sitemap.xml"
        return text(f"User-agent: *\nDisallow:\n\nSitemap: {sitemap}\n")
