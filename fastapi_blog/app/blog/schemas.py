"""What posts, comments, their events and tags look like on the wire."""

from typing import Annotated, Literal

from pydantic import MISSING, AfterValidator, Field, TypeAdapter

from app.accounts.schemas import Author
from app.blog.models import Status
from app.pagination import Cursor, PageQuery, id_key, timestamp_key
from app.validation import (
    TAG_NAME,
    RequestModel,
    ResponseModel,
    Search,
    Text,
    Timestamp,
    fold,
)

Title = Annotated[str, Text(max_length=200)]
PostBody = Annotated[str, Text(max_length=100_000, lines=True, trimmed=False)]
CommentBody = Annotated[str, Text(max_length=5000, lines=True)]
TagName = Annotated[str, Text(max_length=30, pattern=TAG_NAME), AfterValidator(fold)]
TagNames = Annotated[
    list[TagName],
    Field(max_length=10),
    AfterValidator(lambda names: sorted(set(names))),
]
Version = Annotated[int, Field(ge=1, le=2**31 - 1)]
Filter = Annotated[str, Field(min_length=1)]


class NewPost(RequestModel):
    title: Title
    body: PostBody
    tags: TagNames = Field(default_factory=list)
    status: Status = "draft"


class PostChanges(RequestModel):
    title: Title | MISSING = MISSING
    body: PostBody | MISSING = MISSING
    tags: TagNames | MISSING = MISSING
    status: Status | MISSING = MISSING
    version: Version | MISSING = MISSING


POSTS_CURSOR = Cursor("list_posts", (timestamp_key, id_key))
FEED_CURSOR = Cursor("list_feed", (timestamp_key, id_key))
DRAFTS_CURSOR = Cursor("list_drafts", (id_key,))
COMMENTS_CURSOR = Cursor("list_comments", (id_key,))


class PostQuery(PageQuery):
    cursor: Annotated[str, AfterValidator(POSTS_CURSOR.check)] | MISSING = MISSING
    tag: Filter | MISSING = MISSING
    author: Filter | MISSING = MISSING
    liked_by: Filter | MISSING = MISSING
    q: Search | MISSING = MISSING


class FeedQuery(PageQuery):
    cursor: Annotated[str, AfterValidator(FEED_CURSOR.check)] | MISSING = MISSING


class DraftQuery(PageQuery):
    cursor: Annotated[str, AfterValidator(DRAFTS_CURSOR.check)] | MISSING = MISSING


class CommentQuery(PageQuery):
    cursor: Annotated[str, AfterValidator(COMMENTS_CURSOR.check)] | MISSING = MISSING


class NewComment(RequestModel):
    body: CommentBody


class PostSummary(ResponseModel):
    slug: str
    title: str
    excerpt: str
    status: Status
    tags: list[str]
    author: Author
    likes_count: int
    is_liked: bool
    comments_count: int
    version: int
    created_at: Timestamp
    updated_at: Timestamp
    published_at: Timestamp | None


class Post(PostSummary):
    body: str
    body_html: str


class FeedEntry(PostSummary):
    id: int
    body_html: str


class Comment(ResponseModel):
    id: int
    body: str
    author: Author
    created_at: Timestamp


class CommentCreated(ResponseModel):
    type: Literal["comment.created"] = "comment.created"
    comment: Comment


class CommentDeleted(ResponseModel):
    type: Literal["comment.deleted"] = "comment.deleted"
    id: int


class PostGone(ResponseModel):
    type: Literal["post.gone"] = "post.gone"


Event = CommentCreated | CommentDeleted | PostGone
EVENT: TypeAdapter[Event] = TypeAdapter(Annotated[Event, Field(discriminator="type")])


class Tag(ResponseModel):
    name: str
    posts_count: int


class Tags(ResponseModel):
    items: list[Tag]
