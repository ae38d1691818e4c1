"""/api/v1: posts, drafts, the feed, likes, comments, tags."""

from types import NoneType

from sanic import Blueprint

from app.auth import personalised, protected
from app.blog import comments as comment_services
from app.blog import queries, services
from app.blog import tags as tag_services
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
from app.dependencies import reading, writing
from app.openapi import BODY_PROBLEMS, operation
from app.pagination import Page
from app.paths import link_created, link_next_page
from app.request import Request
from app.routing import (
    PRIVATE,
    SHARED,
    Resource,
    conditional,
    validate_json,
    validate_query,
)

posts = Blueprint("posts")
comments = Blueprint("comments", url_prefix="/posts/<slug:slug>/comments")
tags = Blueprint("tags", url_prefix="/tags")
blueprints = (posts, comments, tags)


class PostList(Resource, attach=posts, uri="/posts", name="posts"):
    @conditional(PRIVATE)
    @operation("list_posts", Page[PostSummary], refuses=(401, 422))
    @personalised
    @validate_query(PostQuery)
    @reading
    async def get(self, request: Request, query: PostQuery) -> Page[PostSummary]:
        viewer = request.ctx.viewer
        page = await queries.list_posts(request.ctx.reader, viewer, query)
        return link_next_page(request, page)

    @operation("create_post", Post, status=201, refuses=(*BODY_PROBLEMS, 401))
    @protected
    @validate_json(NewPost)
    @writing
    async def post(self, request: Request, body: NewPost) -> Post:
        caller = request.ctx.caller
        post = await services.create_post(request.ctx.session, caller, body)
        link_created(request, "posts.post", slug=post.slug)
        return post


class Feed(Resource, attach=posts, uri="/feed", name="feed"):
    @operation("list_feed", Page[PostSummary], refuses=(401, 422))
    @protected
    @validate_query(FeedQuery)
    @reading
    async def get(self, request: Request, query: FeedQuery) -> Page[PostSummary]:
        caller = request.ctx.caller
        page = await queries.list_feed(request.ctx.reader, caller, query)
        return link_next_page(request, page)


class Drafts(Resource, attach=posts, uri="/me/drafts", name="drafts"):
    @operation("list_drafts", Page[PostSummary], refuses=(401, 422))
    @protected
    @validate_query(DraftQuery)
    @reading
    async def get(self, request: Request, query: DraftQuery) -> Page[PostSummary]:
        caller = request.ctx.caller
        page = await queries.list_drafts(request.ctx.reader, caller, query)
        return link_next_page(request, page)


class OnePost(Resource, attach=posts, uri="/posts/<slug:slug>", name="post"):
    @conditional(PRIVATE)
    @operation("get_post", Post, refuses=(401, 404))
    @personalised
    @reading
    async def get(self, request: Request, slug: str) -> Post:
        return await queries.get_post(request.ctx.reader, request.ctx.viewer, slug)

    @operation("update_post", Post, refuses=(*BODY_PROBLEMS, 401, 403, 404, 409))
    @protected
    @validate_json(PostChanges)
    @writing
    async def patch(self, request: Request, body: PostChanges, slug: str) -> Post:
        caller = request.ctx.caller
        return await services.update_post(request.ctx.session, caller, slug, body)

    @operation("delete_post", NoneType, status=204, refuses=(401, 403, 404))
    @protected
    @writing
    async def delete(self, request: Request, slug: str) -> None:
        await services.delete_post(request.ctx.session, request.ctx.caller, slug)


class PostLike(Resource, attach=posts, uri="/posts/<slug:slug>/like", name="like"):
    @operation("like_post", NoneType, status=204, refuses=(401, 404, 409))
    @protected
    @writing
    async def put(self, request: Request, slug: str) -> None:
        await services.like_post(request.ctx.session, request.ctx.caller, slug)

    @operation("unlike_post", NoneType, status=204, refuses=(401, 404))
    @protected
    @writing
    async def delete(self, request: Request, slug: str) -> None:
        await services.unlike_post(request.ctx.session, request.ctx.caller, slug)


class CommentList(Resource, attach=comments, uri="", name="comments"):
    @conditional(PRIVATE)
    @operation("list_comments", Page[Comment], refuses=(401, 404, 422))
    @personalised
    @validate_query(CommentQuery)
    @reading
    async def get(
        self, request: Request, query: CommentQuery, slug: str
    ) -> Page[Comment]:
        reader, viewer = request.ctx.reader, request.ctx.viewer
        page = await comment_services.list_comments(reader, viewer, slug, query)
        return link_next_page(request, page)

    @operation(
        "create_comment", Comment, status=201, refuses=(*BODY_PROBLEMS, 401, 404, 409)
    )
    @protected
    @validate_json(NewComment)
    @writing
    async def post(self, request: Request, body: NewComment, slug: str) -> Comment:
        session, caller = request.ctx.session, request.ctx.caller
        comment = await comment_services.create_comment(session, caller, slug, body)
        link_created(request, "comments.comment", slug=slug, comment_id=comment.id)
        return comment


class OneComment(Resource, attach=comments, uri="/<comment_id:id>", name="comment"):
    @conditional(PRIVATE)
    @operation("get_comment", Comment, refuses=(401, 404))
    @personalised
    @reading
    async def get(self, request: Request, slug: str, comment_id: int) -> Comment:
        reader, viewer = request.ctx.reader, request.ctx.viewer
        return await comment_services.get_comment(reader, viewer, slug, comment_id)

    @operation("delete_comment", NoneType, status=204, refuses=(401, 403, 404))
    @protected
    @writing
    async def delete(self, request: Request, slug: str, comment_id: int) -> None:
        session, caller = request.ctx.session, request.ctx.caller
        await comment_services.delete_comment(session, caller, slug, comment_id)


class TagList(Resource, attach=tags, uri="", name="tags"):
    @conditional(SHARED)
    @operation("list_tags", Tags, refuses=(401,))
    @personalised
    @reading
    async def get(self, request: Request) -> Tags:
        return await tag_services.list_tags(request.ctx.reader)


class OneTag(Resource, attach=tags, uri="/<name:tag>", name="tag"):
    @conditional(SHARED)
    @operation("get_tag", Tag, refuses=(401, 404))
    @personalised
    @reading
    async def get(self, request: Request, name: str) -> Tag:
        return await tag_services.get_tag(request.ctx.reader, name)
