"""The addresses that crawlers should know."""

from datetime import datetime

from django.contrib.sitemaps import Sitemap
from django.urls import reverse

from blog.managers import Row
from blog.queries import list_addresses


class PostSitemap(Sitemap):
    """The start page, which is no post, and the newest posts."""

    def __init__(self, public_url: str) -> None:
        self.protocol, self.domain = public_url.split("://")

    def items(self) -> list[Row | None]:
        return [None, *list_addresses()]

    def location(self, post: Row | None) -> str:
        return (
            reverse("blog:post", args=[post["slug"]]) if post else reverse("blog:start")
        )

    def lastmod(self, post: Row | None) -> datetime | None:
        return post["updated_at"] if post else None

    def get_domain(self, site: object = None) -> str:
        return self.domain
