"""Pages: lists of posts, and a post with its comments."""

from typing import Any
from urllib.parse import urlencode

from pydantic import ValidationError
from sanic import Blueprint
from sanic.response import HTTPResponse

from app.accounts import services as accounts
from app.accounts.users import Caller
from app.blog import page_queries, queries, tags
from app.blog.forms import CommentForm
from app.blog.schemas import Comment, Post, PostQuery, PostSummary
from app.dependencies import reading
from app.errors import NotFound
from app.forms import Form
from app.pages import PageView, page_number, parameter, render_page
from app.pagination import NumberedPage
from app.paths import read_id
from app.request import Request
from app.sessions import for_everybody, for_users
from app.validation import field_errors

pages = Blueprint("blog_pages")
NOTHING: NumberedPage[PostSummary] = NumberedPage([], 1, 1)


# Idiom: where slashes are strict, the router fails at "//": it compares the last
# character of "/" without its slash, which has none.
class StartView(PageView, attach=pages, uri="/", name="start", strict_slashes=False):
    @for_everybody
    @reading
    async def get(self, request: Request) -> HTTPResponse:
        if request.path != "/":
            raise NotFound
        number, q = page_number(request), parameter(request, "q")
        try:
            query = PostQuery.model_validate({"q": q})
        except ValidationError as error:
            message = field_errors(error.errors())[0].message
            return await render_page(
                request,
                "blog/start.html",
                status=422,
                listing=NOTHING,
                kept="",
                q=q,
                q_error=message,
            )
        listing = await page_queries.list_posts_page(
            request.ctx.reader, request.ctx.viewer, query, number
        )
        kept = urlencode({"q": q}) + "&" if q else ""
        return await render_page(
            request, "blog/start.html", listing=listing, kept=kept, q=q
        )


class TagView(PageView, attach=pages, uri="/tags/<name:tag>", name="tag"):
    @for_everybody
    @reading
    async def get(self, request: Request, name: str) -> HTTPResponse:
        reader, viewer = request.ctx.reader, request.ctx.viewer
        query, number = PostQuery(tag=name), page_number(request)
        tag = await tags.get_tag(reader, name)
        listing = await page_queries.list_posts_page(reader, viewer, query, number)
        return await render_page(
            request, "blog/tag.html", tag=tag, listing=listing, kept=""
        )


class AuthorView(
    PageView, attach=pages, uri="/authors/<username:username>", name="author"
):
    @for_everybody
    @reading
    async def get(self, request: Request, username: str) -> HTTPResponse:
        reader, viewer = request.ctx.reader, request.ctx.viewer
        query, number = PostQuery(author=username), page_number(request)
        profile = await accounts.get_profile(reader, viewer, username)
        listing = await page_queries.list_posts_page(reader, viewer, query, number)
        return await render_page(
            request, "blog/author.html", profile=profile, listing=listing, kept=""
        )


class DraftsView(PageView, attach=pages, uri="/drafts", name="drafts"):
    @for_users
    @reading
    async def get(self, request: Request) -> HTTPResponse:
        reader, caller = request.ctx.reader, request.ctx.caller
        number = page_number(request)
        listing = await page_queries.list_drafts_page(reader, caller, number)
        return await render_page(request, "blog/drafts.html", listing=listing, kept="")


class FeedView(PageView, attach=pages, uri="/feed", name="feed"):
    @for_users
    @reading
    async def get(self, request: Request) -> HTTPResponse:
        reader, caller = request.ctx.reader, request.ctx.caller
        number = page_number(request)
        listing = await page_queries.list_feed_page(reader, caller, number)
        return await render_page(request, "blog/feed.html", listing=listing, kept="")


class PostView(PageView, attach=pages, uri="/posts/<slug:slug>", name="post"):
    @for_everybody
    @reading
    async def get(self, request: Request, slug: str) -> HTTPResponse:
        return await post_page(request, slug, CommentForm({}), _first_hidden(request))


def _first_hidden(request: Request) -> int | None:
    """The id before which comments are wanted; raises NotFound for what is none."""
    if "before" not in request.get_args(keep_blank_values=True):
        return None
    try:
        return read_id(parameter(request, "before"))
    except ValueError as error:
        raise NotFound from error


async def post_page(
    request: Request, slug: str, form: Form[Any], before: int | None = None
) -> HTTPResponse:
    """For a handler that is @reading."""
    reader, viewer = request.ctx.reader, request.ctx.viewer
    post = await queries.get_post(reader, viewer, slug)
    comments, has_older = await page_queries.list_newest_comments(reader, slug, before)
    return await render_page(
        request,
        "blog/post.html",
        status=form.status,
        post=post,
        may_edit=may_edit(viewer, post),
        comments=comments,
        deletable=_deletable(viewer, post, comments),
        has_older=has_older,
        before=before,
        form=form,
    )


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
