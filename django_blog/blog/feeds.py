"""What programs read beside the API: the Atom feed, the sitemap, robots.txt."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from django.contrib.sitemaps.views import sitemap
from django.contrib.syndication.views import Feed
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.views.generic import View

from blog.managers import Row
from blog.queries import list_feed_entries
from blog.sitemaps import PostSitemap
from common.paths import public_url
from common.views import SHARED, with_entity_tag

BEFORE_ALL = datetime(1970, 1, 1, tzinfo=UTC)


class PostAtomFeed(Atom1Feed):
    """Adds the whole text, and calls the summary what it is: no HTML."""

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, {**item, "description": None})
        handler.addQuickElement("summary", item["description"])
        base = {"type": "html", "xml:base": item["link"]}
        handler.addQuickElement("content", item["body_html"], base)

    def latest_post_date(self) -> datetime:
        # Idiom: Django takes the present for the date of an empty feed.
        return super().latest_post_date() if self.items else BEFORE_ALL


class PostFeed(Feed):
    # Idiom: Django makes links absolute with the host of the request; these begin with
    # PUBLIC_URL, whatever a client sends as `Host`.
    feed_type = PostAtomFeed
    title = "Quintet"

    def get_object(self, request: HttpRequest) -> str:
        return public_url(request)

    def link(self, public_url: str) -> str:
        return public_url + reverse("blog:start")

    def feed_url(self, public_url: str) -> str:
        return public_url + reverse("blog:atom_feed")

    def items(self, public_url: str) -> list[Row]:
        return [{**entry, "site": public_url} for entry in list_feed_entries()]

    def item_title(self, post: Row) -> Any:
        return post["title"]

    def item_description(self, post: Row) -> Any:
        return post["excerpt"]

    def item_link(self, post: Row) -> str:
        return f"{post['site']}{reverse('blog:post', args=[post['slug']])}"

    def item_guid(self, post: Row) -> str:
        """Holds nothing that an edit could change."""
        host, day = urlsplit(post["site"]).hostname, post["published_at"].date()
        return f"tag:{host},{day}:posts/{post['id']}"

    def item_author_name(self, post: Row) -> Any:
        return post["author__username"]

    def item_author_link(self, post: Row) -> str:
        name = post["author__username"]
        return f"{post['site']}{reverse('blog:author', args=[name])}"

    def item_pubdate(self, post: Row) -> Any:
        return post["published_at"]

    def item_updateddate(self, post: Row) -> Any:
        return post["updated_at"]

    def item_categories(self, post: Row) -> Any:
        return post["tags"]

    def item_extra_kwargs(self, post: Row) -> dict[str, Any]:
        return {"body_html": post["body_html"]}


class AtomFeedView(View):
    def get(self, request: HttpRequest) -> HttpResponse:
        response = PostFeed()(request)
        # It would say nothing of a post that was taken back.
        del response["Last-Modified"]
        return with_entity_tag(request, SHARED, response)


class SitemapView(View):
    def get(self, request: HttpRequest) -> HttpResponse:
        site = PostSitemap(public_url(request))
        response = sitemap(request, {"posts": site}).render()
        return with_entity_tag(request, SHARED, response)


class RobotsView(View):
    def get(self, request: HttpRequest) -> HttpResponse:
        address = public_url(request) + reverse("blog:sitemap")
        lines = ("User-agent: *", "Disallow:", "", f"Sitemap: {address}", "")
        response = HttpResponse("\n".join(lines), "text/plain; charset=utf-8")
        return with_entity_tag(request, SHARED, response)
