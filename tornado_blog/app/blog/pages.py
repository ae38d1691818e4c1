"""Pages: lists of posts, and a post with its comments."""

from typing import ClassVar
from urllib.parse import urlencode

from pydantic import ValidationError
from tornado.routing import URLSpec

from app.accounts import services as accounts
from app.accounts.users import Caller
from app.blog import page_queries, queries, tags
from app.blog.forms import CommentForm
from app.blog.schemas import Comment, Post, PostQuery, PostSummary
from app.errors import NotFound
from app.pages import PageHandler, SignedInHandler
from app.pagination import NumberedPage
from app.paths import (
    SLUG_PART,
    TAG_PART,
    USERNAME_PART,
    IdPath,
    PathParts,
    SlugPath,
    TagPath,
    UsernamePath,
)
from app.validation import field_errors

NOTHING: NumberedPage[PostSummary] = NumberedPage([], 1, 1)


class StartHandler(PageHandler):
    async def get(self) -> None:
        number, q = self.page_number, self.query.get("q", "")
        try:
            query = PostQuery.model_validate({"q": q})
        except ValidationError as error:
            message = field_errors(error.errors())[0].message
            self.render_refused(
                "blog/start.html", listing=NOTHING, kept="", q=q, q_error=message
            )
            return
        async with self.database.reading() as reader:
            listing = await page_queries.list_posts_page(
                reader, self.current_user, query, number
            )
        kept = urlencode({"q": q}) + "&" if q else ""
        self.render("blog/start.html", listing=listing, kept=kept, q=q)


class TagHandler(PageHandler):
    path_parts: ClassVar[PathParts] = {"name": TagPath}

    async def get(self, name: str) -> None:
        query, number = PostQuery(tag=name), self.page_number
        async with self.database.reading() as reader:
            tag = await tags.get_tag(reader, name)
            listing = await page_queries.list_posts_page(
                reader, self.current_user, query, number
            )
        self.render("blog/tag.html", tag=tag, listing=listing, kept="")


class AuthorHandler(PageHandler):
    path_parts: ClassVar[PathParts] = {"username": UsernamePath}

    async def get(self, username: str) -> None:
        query, number = PostQuery(author=username), self.page_number
        async with self.database.reading() as reader:
            profile = await accounts.get_profile(reader, self.current_user, username)
            listing = await page_queries.list_posts_page(
                reader, self.current_user, query, number
            )
        self.render("blog/author.html", profile=profile, listing=listing, kept="")


class DraftsHandler(SignedInHandler):
    async def get(self) -> None:
        number = self.page_number
        async with self.database.reading() as reader:
            listing = await page_queries.list_drafts_page(
                reader, self.current_user, number
            )
        self.render("blog/drafts.html", listing=listing, kept="")


class FeedHandler(SignedInHandler):
    async def get(self) -> None:
        number = self.page_number
        async with self.database.reading() as reader:
            listing = await page_queries.list_feed_page(
                reader, self.current_user, number
            )
        self.render("blog/feed.html", listing=listing, kept="")


class OnPostPage(PageHandler):
    """For the page of a post, also where it comes back with a refused comment."""

    path_parts: ClassVar[PathParts] = {"slug": SlugPath}

    async def show(
        self, slug: str, form: CommentForm, before: int | None = None
    ) -> None:
        caller = self.current_user
        async with self.database.reading() as reader:
            post = await queries.get_post(reader, caller, slug)
            comments, has_older = await page_queries.list_newest_comments(
                reader, slug, before
            )
        self.render(
            "blog/post.html",
            post=post,
            may_edit=may_edit(caller, post),
            comments=comments,
            deletable=_deletable(caller, post, comments),
            has_older=has_older,
            before=before,
            form=form,
        )


class PostHandler(OnPostPage):
    async def get(self, slug: str) -> None:
        await self.show(slug, CommentForm({}), self._read_before())

    def _read_before(self) -> int | None:
        """The id of a comment; raises NotFound for what is none."""
        if "before" not in self.query:
            return None
        try:
            before: int = IdPath.validate_python(self.query["before"])
        except ValidationError as error:
            raise NotFound from error
        return before


def may_edit(caller: Caller | None, post: Post) -> bool:
    if caller is None:
        return False
    return caller.may_edit_all or caller.username == post.author.username


def _deletable(caller: Caller | None, post: Post, comments: list[Comment]) -> set[int]:
    """The ids of the comments that the caller may delete."""
    if caller is None:
        return set()
    all_of_them = may_edit(caller, post)
    own = caller.username
    return {c.id for c in comments if all_of_them or c.author.username == own}


routes = [
    URLSpec("/", StartHandler),
    URLSpec(f"/tags/{TAG_PART}", TagHandler),
    URLSpec(f"/authors/{USERNAME_PART}", AuthorHandler),
    URLSpec("/drafts", DraftsHandler),
    URLSpec("/feed", FeedHandler),
    URLSpec(f"/posts/{SLUG_PART}", PostHandler),
]
