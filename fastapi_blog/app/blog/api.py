"""/api/v1: posts, drafts, the feed, likes, comments, tags."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.auth import CurrentCaller, OptionalCaller
from app.blog import comments as comment_services
from app.blog import queries, services, tags
from app.blog.schemas import (
    Comment,
    CommentQuery,
    DraftQuery,
    FeedQuery,
    NewComment,
    NewPost,
    Post,
    PostChanges,
    PostQuery,
    PostSummary,
    Tag,
    Tags,
)
from app.dependencies import Reading, Writing
from app.openapi import BODY_PROBLEMS, NOT_MODIFIED, problems
from app.pagination import Page
from app.paths import IdPath, Links, SlugPath, TagPath
from app.routing import ConditionalRoute, Route, SharedConditionalRoute

posts = APIRouter(prefix="/api/v1", tags=["posts"], route_class=Route)
cached_posts = APIRouter(
    prefix="/api/v1/posts",
    tags=["posts"],
    route_class=ConditionalRoute,
    responses=NOT_MODIFIED,
)
comments = APIRouter(
    prefix="/api/v1/posts/{slug}/comments", tags=["comments"], route_class=Route
)
cached_comments = APIRouter(
    prefix="/api/v1/posts/{slug}/comments",
    tags=["comments"],
    route_class=ConditionalRoute,
    responses=NOT_MODIFIED,
)
cached_tags = APIRouter(
    prefix="/api/v1/tags",
    tags=["tags"],
    route_class=SharedConditionalRoute,
    responses=NOT_MODIFIED,
)
routers = (posts, cached_posts, comments, cached_comments, cached_tags)


@cached_posts.get("", responses=problems(401, 422))
async def list_posts(
    query: Annotated[PostQuery, Query()],
    caller: OptionalCaller,
    session: Reading,
    links: Links,
) -> Page[PostSummary]:
    return links.next_page(await queries.list_posts(session, caller, query))


@posts.get("/feed", responses=problems(401, 422))
async def list_feed(
    query: Annotated[FeedQuery, Query()],
    caller: CurrentCaller,
    session: Reading,
    links: Links,
) -> Page[PostSummary]:
    return links.next_page(await queries.list_feed(session, caller, query))


@posts.get("/me/drafts", responses=problems(401, 422))
async def list_drafts(
    query: Annotated[DraftQuery, Query()],
    caller: CurrentCaller,
    session: Reading,
    links: Links,
) -> Page[PostSummary]:
    return links.next_page(await queries.list_drafts(session, caller, query))


@posts.post("/posts", status_code=201, responses=problems(*BODY_PROBLEMS, 401))
async def create_post(
    body: NewPost,
    caller: CurrentCaller,
    session: Writing,
    links: Links,
) -> Post:
    post = await services.create_post(session, caller, body)
    links.created("get_post", slug=post.slug)
    return post


@cached_posts.get("/{slug}", responses=problems(401, 404))
async def get_post(slug: SlugPath, caller: OptionalCaller, session: Reading) -> Post:
    return await queries.get_post(session, caller, slug)


@posts.patch("/posts/{slug}", responses=problems(*BODY_PROBLEMS, 401, 403, 404, 409))
async def update_post(
    slug: SlugPath, body: PostChanges, caller: CurrentCaller, session: Writing
) -> Post:
    return await services.update_post(session, caller, slug, body)


@posts.delete("/posts/{slug}", status_code=204, responses=problems(401, 403, 404))
async def delete_post(slug: SlugPath, caller: CurrentCaller, session: Writing) -> None:
    await services.delete_post(session, caller, slug)


@posts.put("/posts/{slug}/like", status_code=204, responses=problems(401, 404, 409))
async def like_post(slug: SlugPath, caller: CurrentCaller, session: Writing) -> None:
    await services.like_post(session, caller, slug)


@posts.delete("/posts/{slug}/like", status_code=204, responses=problems(401, 404))
async def unlike_post(slug: SlugPath, caller: CurrentCaller, session: Writing) -> None:
    await services.unlike_post(session, caller, slug)


@cached_comments.get("", responses=problems(401, 404, 422))
async def list_comments(
    slug: SlugPath,
    query: Annotated[CommentQuery, Query()],
    caller: OptionalCaller,
    session: Reading,
    links: Links,
) -> Page[Comment]:
    return links.next_page(
        await comment_services.list_comments(session, caller, slug, query)
    )


@comments.post("", status_code=201, responses=problems(*BODY_PROBLEMS, 401, 404, 409))
async def create_comment(
    slug: SlugPath,
    body: NewComment,
    caller: CurrentCaller,
    session: Writing,
    links: Links,
) -> Comment:
    comment = await comment_services.create_comment(session, caller, slug, body)
    links.created("get_comment", slug=slug, comment_id=comment.id)
    return comment


@cached_comments.get("/{comment_id}", responses=problems(401, 404))
async def get_comment(
    slug: SlugPath, comment_id: IdPath, caller: OptionalCaller, session: Reading
) -> Comment:
    return await comment_services.get_comment(session, caller, slug, comment_id)


@comments.delete("/{comment_id}", status_code=204, responses=problems(401, 403, 404))
async def delete_comment(
    slug: SlugPath, comment_id: IdPath, caller: CurrentCaller, session: Writing
) -> None:
    await comment_services.delete_comment(session, caller, slug, comment_id)


@cached_tags.get("", responses=problems(401))
async def list_tags(_caller: OptionalCaller, session: Reading) -> Tags:
    return await tags.list_tags(session)


@cached_tags.get("/{name}", responses=problems(401, 404))
async def get_tag(name: TagPath, _caller: OptionalCaller, session: Reading) -> Tag:
    return await tags.get_tag(session, name)
