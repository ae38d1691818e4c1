"""/api/v1: posts, drafts, the feed, likes, comments, tags."""

from apiflask import APIBlueprint
from flask import url_for

from app.auth import OPTIONAL, auth, current_caller, optional_caller
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
from app.extensions import db
from app.openapi import BODY_PROBLEMS, NO_CONTENT, NOT_MODIFIED, problems
from app.pagination import Page
from app.paths import Headers, link_next_page
from app.routing import conditional

posts = APIBlueprint("posts", __name__, url_prefix="/api/v1", tag="posts")
comments = APIBlueprint(
    "comments",
    __name__,
    url_prefix="/api/v1/posts/<slug:slug>/comments",
    tag="comments",
)
tags = APIBlueprint("tags", __name__, url_prefix="/api/v1/tags", tag="tags")
blueprints = (posts, comments, tags)


@posts.get("/posts")
@conditional()
@posts.auth_required(auth, optional=OPTIONAL)
@posts.input(PostQuery, location="query", arg_name="query")
@posts.output(Page[PostSummary])
@posts.doc(responses=NOT_MODIFIED | problems(401, 422))
def list_posts(query: PostQuery) -> tuple[Page[PostSummary], Headers]:
    with db.reading() as reader:
        page = queries.list_posts(reader, optional_caller(), query)
    return page, link_next_page(page.next_cursor)


@posts.get("/feed")
@posts.auth_required(auth)
@posts.input(FeedQuery, location="query", arg_name="query")
@posts.output(Page[PostSummary])
@posts.doc(responses=problems(401, 422))
def list_feed(query: FeedQuery) -> tuple[Page[PostSummary], Headers]:
    with db.reading() as reader:
        page = queries.list_feed(reader, current_caller(), query)
    return page, link_next_page(page.next_cursor)


@posts.get("/me/drafts")
@posts.auth_required(auth)
@posts.input(DraftQuery, location="query", arg_name="query")
@posts.output(Page[PostSummary])
@posts.doc(responses=problems(401, 422))
def list_drafts(query: DraftQuery) -> tuple[Page[PostSummary], Headers]:
    with db.reading() as reader:
        page = queries.list_drafts(reader, current_caller(), query)
    return page, link_next_page(page.next_cursor)


@posts.post("/posts")
@posts.auth_required(auth)
@posts.input(NewPost, arg_name="body")
@posts.output(Post, status_code=201)
@posts.doc(responses=problems(*BODY_PROBLEMS, 401))
def create_post(body: NewPost) -> tuple[Post, Headers]:
    post = services.create_post(db.session(), current_caller(), body)
    db.session.commit()
    return post, {"Location": url_for(".get_post", slug=post.slug)}


@posts.get("/posts/<slug:slug>")
@conditional()
@posts.auth_required(auth, optional=OPTIONAL)
@posts.output(Post)
@posts.doc(responses=NOT_MODIFIED | problems(401, 404))
def get_post(slug: str) -> Post:
    with db.reading() as reader:
        return queries.get_post(reader, optional_caller(), slug)


@posts.patch("/posts/<slug:slug>")
@posts.auth_required(auth)
@posts.input(PostChanges, arg_name="body")
@posts.output(Post)
@posts.doc(responses=problems(*BODY_PROBLEMS, 401, 403, 404, 409))
def update_post(slug: str, body: PostChanges) -> Post:
    post = services.update_post(db.session(), current_caller(), slug, body)
    db.session.commit()
    return post


@posts.delete("/posts/<slug:slug>")
@posts.auth_required(auth)
@posts.doc(responses=NO_CONTENT | problems(401, 403, 404))
def delete_post(slug: str) -> tuple[str, int]:
    services.delete_post(db.session(), current_caller(), slug)
    db.session.commit()
    return "", 204


@posts.put("/posts/<slug:slug>/like")
@posts.auth_required(auth)
@posts.doc(responses=NO_CONTENT | problems(401, 404, 409))
def like_post(slug: str) -> tuple[str, int]:
    services.like_post(db.session(), current_caller(), slug)
    db.session.commit()
    return "", 204


@posts.delete("/posts/<slug:slug>/like")
@posts.auth_required(auth)
@posts.doc(responses=NO_CONTENT | problems(401, 404))
def unlike_post(slug: str) -> tuple[str, int]:
    services.unlike_post(db.session(), current_caller(), slug)
    db.session.commit()
    return "", 204


@comments.get("")
@conditional()
@comments.auth_required(auth, optional=OPTIONAL)
@comments.input(CommentQuery, location="query", arg_name="query")
@comments.output(Page[Comment])
@comments.doc(responses=NOT_MODIFIED | problems(401, 404, 422))
def list_comments(slug: str, query: CommentQuery) -> tuple[Page[Comment], Headers]:
    with db.reading() as reader:
        page = comment_services.list_comments(reader, optional_caller(), slug, query)
    return page, link_next_page(page.next_cursor)


@comments.post("")
@comments.auth_required(auth)
@comments.input(NewComment, arg_name="body")
@comments.output(Comment, status_code=201)
@comments.doc(responses=problems(*BODY_PROBLEMS, 401, 404, 409))
def create_comment(slug: str, body: NewComment) -> tuple[Comment, Headers]:
    comment = comment_services.create_comment(
        db.session(), current_caller(), slug, body
    )
    db.session.commit()
    return comment, {
        "Location": url_for(".get_comment", slug=slug, comment_id=comment.id)
    }


@comments.get("/<id:comment_id>")
@conditional()
@comments.auth_required(auth, optional=OPTIONAL)
@comments.output(Comment)
@comments.doc(responses=NOT_MODIFIED | problems(401, 404))
def get_comment(slug: str, comment_id: int) -> Comment:
    with db.reading() as reader:
        return comment_services.get_comment(reader, optional_caller(), slug, comment_id)


@comments.delete("/<id:comment_id>")
@comments.auth_required(auth)
@comments.doc(responses=NO_CONTENT | problems(401, 403, 404))
def delete_comment(slug: str, comment_id: int) -> tuple[str, int]:
    comment_services.delete_comment(db.session(), current_caller(), slug, comment_id)
    db.session.commit()
    return "", 204


@tags.get("")
@conditional(shared=True)
@tags.auth_required(auth, optional=OPTIONAL)
@tags.output(Tags)
@tags.doc(responses=NOT_MODIFIED | problems(401))
def list_tags() -> Tags:
    with db.reading() as reader:
        return tag_services.list_tags(reader)


@tags.get("/<tag:name>")
@conditional(shared=True)
@tags.auth_required(auth, optional=OPTIONAL)
@tags.output(Tag)
@tags.doc(responses=NOT_MODIFIED | problems(401, 404))
def get_tag(name: str) -> Tag:
    with db.reading() as reader:
        return tag_services.get_tag(reader, name)
