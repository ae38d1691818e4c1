"""Pages: lists of posts, and a post with its comments."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query, Response
from pydantic import Field, ValidationError
from sqlalchemy.ext.asyncio import AsyncConnection

from app.accounts import services as accounts
from app.accounts.users import Caller
from app.blog import page_queries, queries, tags
from app.blog.forms import CommentForm
from app.blog.schemas import Comment, Post, PostQuery, PostSummary
from app.dependencies import Reading
from app.pages import Page, PageDep, PageNumber, page_router
from app.pagination import NumberedPage
from app.paths import SlugPath, TagPath, UsernamePath
from app.sessions import SignedIn
from app.validation import MAX_ID, IdDigits, field_errors

router = page_router()
NOTHING: NumberedPage[PostSummary] = NumberedPage([], 1, 1)
CommentId = Annotated[int, Query(), Field(ge=1, le=MAX_ID), IdDigits]


@router.get("/")
async def list_posts(
    page: PageDep, session: Reading, q: str = "", number: PageNumber = 1
) -> Response:
    try:
        query = PostQuery.model_validate({"q": q})
    except ValidationError as error:
        message = field_errors(error.errors())[0].message
        return page.render(
            "blog/start.html",
            status=422,
            listing=NOTHING,
            kept="",
            q=q,
            q_error=message,
        )
    listing = await page_queries.list_posts_page(session, page.caller, query, number)
    kept = urlencode({"q": q}) + "&" if q else ""
    return page.render("blog/start.html", listing=listing, kept=kept, q=q)


@router.get("/tags/{name}")
async def get_tag(
    page: PageDep, name: TagPath, session: Reading, number: PageNumber = 1
) -> Response:
    tag = await tags.get_tag(session, name)
    query = PostQuery(tag=name)
    listing = await page_queries.list_posts_page(session, page.caller, query, number)
    return page.render("blog/tag.html", tag=tag, listing=listing, kept="")


@router.get("/authors/{username}")
async def get_profile(
    page: PageDep, username: UsernamePath, session: Reading, number: PageNumber = 1
) -> Response:
    profile = await accounts.get_profile(session, page.caller, username)
    query = PostQuery(author=username)
    listing = await page_queries.list_posts_page(session, page.caller, query, number)
    return page.render("blog/author.html", profile=profile, listing=listing, kept="")


@router.get("/drafts")
async def list_drafts(
    page: PageDep, caller: SignedIn, session: Reading, number: PageNumber = 1
) -> Response:
    listing = await page_queries.list_drafts_page(session, caller, number)
    return page.render("blog/drafts.html", listing=listing, kept="")


@router.get("/feed")
async def list_feed(
    page: PageDep, caller: SignedIn, session: Reading, number: PageNumber = 1
) -> Response:
    listing = await page_queries.list_feed_page(session, caller, number)
    return page.render("blog/feed.html", listing=listing, kept="")


@router.get("/posts/{slug}")
async def get_post(
    page: PageDep, slug: SlugPath, session: Reading, before: CommentId | None = None
) -> Response:
    return await post_page(page, session, slug, CommentForm({}), before=before)


async def post_page(
    page: Page,
    reader: AsyncConnection,
    slug: str,
    form: CommentForm,
    *,
    before: int | None = None,
    status: int = 200,
) -> Response:
    post = await queries.get_post(reader, page.caller, slug)
    comments, has_older = await page_queries.list_newest_comments(reader, slug, before)
    return page.render(
        "blog/post.html",
        status=status,
        post=post,
        may_edit=may_edit(page.caller, post),
        comments=comments,
        deletable=_deletable(page.caller, post, comments),
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
