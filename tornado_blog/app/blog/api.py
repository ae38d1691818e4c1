"""/api/v1: posts, drafts, the feed, likes, comments, tags."""

from typing import ClassVar

from tornado.routing import URLSpec

from app.api import ApiHandler
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
from app.pagination import Page
from app.paths import (
    COMMENT_ID_PART,
    SLUG_PART,
    TAG_PART,
    IdPath,
    PathParts,
    SlugPath,
    TagPath,
)
from app.routing import PRIVATE, SHARED, Access, operation


class PostsHandler(ApiHandler):
    @operation("list_posts", Page[PostSummary], access=Access.ANYBODY, cache=PRIVATE)
    async def get(self, query: PostQuery) -> None:
        async with self.database.reading() as reader:
            page = await queries.list_posts(reader, self.current_user, query)
        self.write_page(page)

    @operation("create_post", Post, status=201)
    async def post(self, body: NewPost) -> None:
        async with self.database.writing() as session:
            post = await services.create_post(session, self.current_user, body)
        self.set_header("Location", self.reverse_url("post", post.slug))
        self.write(post)


class FeedHandler(ApiHandler):
    @operation("list_feed", Page[PostSummary])
    async def get(self, query: FeedQuery) -> None:
        async with self.database.reading() as reader:
            page = await queries.list_feed(reader, self.current_user, query)
        self.write_page(page)


class DraftsHandler(ApiHandler):
    @operation("list_drafts", Page[PostSummary])
    async def get(self, query: DraftQuery) -> None:
        async with self.database.reading() as reader:
            page = await queries.list_drafts(reader, self.current_user, query)
        self.write_page(page)


class _OfPost(ApiHandler):
    """What is no slug is 404 here; what the caller may not see is so in services."""

    path_parts: ClassVar[PathParts] = {"slug": SlugPath}


class PostHandler(_OfPost):
    @operation("get_post", Post, access=Access.ANYBODY, refuses=(404,), cache=PRIVATE)
    async def get(self, slug: str) -> None:
        async with self.database.reading() as reader:
            post = await queries.get_post(reader, self.current_user, slug)
        self.write(post)

    @operation("update_post", Post, refuses=(403, 404, 409))
    async def patch(self, slug: str, body: PostChanges) -> None:
        async with self.database.writing() as session:
            post = await services.update_post(session, self.current_user, slug, body)
        self.write(post)

    @operation("delete_post", refuses=(403, 404))
    async def delete(self, slug: str) -> None:
        async with self.database.writing() as session:
            await services.delete_post(session, self.current_user, slug)


class LikeHandler(_OfPost):
    @operation("like_post", refuses=(404, 409))
    async def put(self, slug: str) -> None:
        async with self.database.writing() as session:
            await services.like_post(session, self.current_user, slug)

    @operation("unlike_post", refuses=(404,))
    async def delete(self, slug: str) -> None:
        async with self.database.writing() as session:
            await services.unlike_post(session, self.current_user, slug)


class CommentsHandler(_OfPost):
    @operation(
        "list_comments",
        Page[Comment],
        access=Access.ANYBODY,
        refuses=(404,),
        cache=PRIVATE,
    )
    async def get(self, slug: str, query: CommentQuery) -> None:
        async with self.database.reading() as reader:
            page = await comment_services.list_comments(
                reader, self.current_user, slug, query
            )
        self.write_page(page)

    @operation("create_comment", Comment, status=201, refuses=(404, 409))
    async def post(self, slug: str, body: NewComment) -> None:
        async with self.database.writing() as session:
            comment = await comment_services.create_comment(
                session, self.current_user, slug, body
            )
        self.set_header("Location", self.reverse_url("comment", slug, comment.id))
        self.write(comment)


class CommentHandler(_OfPost):
    path_parts: ClassVar[PathParts] = {**_OfPost.path_parts, "comment_id": IdPath}

    @operation(
        "get_comment", Comment, access=Access.ANYBODY, refuses=(404,), cache=PRIVATE
    )
    async def get(self, slug: str, comment_id: int) -> None:
        async with self.database.reading() as reader:
            comment = await comment_services.get_comment(
                reader, self.current_user, slug, comment_id
            )
        self.write(comment)

    @operation("delete_comment", refuses=(403, 404))
    async def delete(self, slug: str, comment_id: int) -> None:
        async with self.database.writing() as session:
            await comment_services.delete_comment(
                session, self.current_user, slug, comment_id
            )


class TagsHandler(ApiHandler):
    @operation("list_tags", Tags, access=Access.ANYBODY, cache=SHARED)
    async def get(self) -> None:
        async with self.database.reading() as reader:
            found = await tags.list_tags(reader)
        self.write(found)


class TagHandler(ApiHandler):
    path_parts: ClassVar[PathParts] = {"name": TagPath}

    @operation("get_tag", Tag, access=Access.ANYBODY, refuses=(404,), cache=SHARED)
    async def get(self, name: str) -> None:
        async with self.database.reading() as reader:
            tag = await tags.get_tag(reader, name)
        self.write(tag)


POST = f"/api/v1/posts/{SLUG_PART}"

routes = [
    URLSpec("/api/v1/posts", PostsHandler, name="posts"),
    URLSpec("/api/v1/feed", FeedHandler, name="feed"),
    URLSpec("/api/v1/me/drafts", DraftsHandler, name="drafts"),
    URLSpec(POST, PostHandler, name="post"),
    URLSpec(f"{POST}/like", LikeHandler, name="like"),
    URLSpec(f"{POST}/comments", CommentsHandler, name="comments"),
    URLSpec(f"{POST}/comments/{COMMENT_ID_PART}", CommentHandler, name="comment"),
    URLSpec("/api/v1/tags", TagsHandler, name="tags"),
    URLSpec(f"/api/v1/tags/{TAG_PART}", TagHandler, name="tag"),
]
