"""What programs read beside the API: the Atom feed, the sitemap, robots.txt."""

from datetime import UTC, datetime
from urllib.parse import urlsplit

from fastapi import APIRouter, Response
from fastapi.responses import PlainTextResponse

from app.blog import page_queries
from app.dependencies import PublicUrl, Reading
from app.pages import templates
from app.routing import SharedConditionalRoute

router = APIRouter(route_class=SharedConditionalRoute, include_in_schema=False)

BEFORE_ALL = datetime(1970, 1, 1, tzinfo=UTC)


def _xml(template: str, media_type: str, **context: object) -> Response:
    text = templates.get_template(template).render(context)
    return Response(text, media_type=media_type)


@router.get("/feed.atom")
async def read_atom_feed(session: Reading, public_url: PublicUrl) -> Response:
    """Its ids hold nothing that an edit could change."""
    entries = await page_queries.list_feed_entries(session)
    return _xml(
        "blog/feed.xml",
        "application/atom+xml",
        entries=entries,
        updated=max((entry.updated_at for entry in entries), default=BEFORE_ALL),
        public_url=public_url,
        host=urlsplit(public_url).hostname,
    )


@router.get("/sitemap.xml")
async def read_sitemap(session: Reading, public_url: PublicUrl) -> Response:
    addresses = await page_queries.list_addresses(session)
    return _xml(
        "blog/sitemap.xml",
        "application/xml",
        addresses=addresses,
        public_url=public_url,
    )


@router.get("/robots.txt")
async def read_robots(public_url: PublicUrl) -> Response:
    lines = ("User-agent: *", "Disallow:", "", f"Sitemap: {public_url}/sitemap.xml", "")
    return PlainTextResponse("\n".join(lines))
