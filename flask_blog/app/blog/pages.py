"""Pages: lists of posts, and a post with its comments."""

from urllib.parse import urlencode

from flask import Blueprint, Response, request
from flask_login import login_required
from pydantic import ValidationError

from app.accounts import services as accounts
from app.accounts.users import Caller
from app.blog import page_queries, queries
from app.blog import tags as tag_services
from app.blog.forms import CommentForm
from app.blog.schemas import Comment, Post, PostQuery, PostSummary
from app.errors import NotFound
from app.extensions import db
from app.pages import page_number, parameter, render
from app.pagination import NumberedPage
from app.sessions import signed_in, visitor
from app.validation import ID, MAX_ID, field_errors

pages = Blueprint("blog_pages", __name__)
NOTHING: NumberedPage[PostSummary] = NumberedPage([], 1, 1)


@pages.get("/")
def list_posts() -> Response:
    q, number, caller = parameter("q"), page_number(), visitor()
    try:
        query = PostQuery.model_validate({"q": q})
    except ValidationError as error:
        message = field_errors(error.errors())[0].message
        return render(
            "blog/start.html",
            status=422,
            listing=NOTHING,
            kept="",
            q=q,
            q_error=message,
        )
    with db.reading() as reader:
        listing = page_queries.list_posts_page(reader, caller, query, number)
    kept = urlencode({"q": q}) + "&" if q else ""
    return render("blog/start.html", listing=listing, kept=kept, q=q)


@pages.get("/tags/<tag:name>")
def get_tag(name: str) -> Response:
    number, query = page_number(), PostQuery(tag=name)
    caller = visitor()
    with db.reading() as reader:
        tag = tag_services.get_tag(reader, name)
        listing = page_queries.list_posts_page(reader, caller, query, number)
    return render("blog/tag.html", tag=tag, listing=listing, kept="")


@pages.get("/authors/<username:username>")
def get_profile(username: str) -> Response:
    number, query = page_number(), PostQuery(author=username)
    caller = visitor()
    with db.reading() as reader:
        profile = accounts.get_profile(reader, caller, username)
        listing = page_queries.list_posts_page(reader, caller, query, number)
    return render("blog/author.html", profile=profile, listing=listing, kept="")


@pages.get("/drafts")
@login_required
def list_drafts() -> Response:
    number = page_number()
    with db.reading() as reader:
        listing = page_queries.list_drafts_page(reader, signed_in(), number)
    return render("blog/drafts.html", listing=listing, kept="")


@pages.get("/feed")
@login_required
def list_feed() -> Response:
    number = page_number()
    with db.reading() as reader:
        listing = page_queries.list_feed_page(reader, signed_in(), number)
    return render("blog/feed.html", listing=listing, kept="")


@pages.get("/posts/<slug:slug>")
def get_post(slug: str) -> Response:
    return post_page(slug, CommentForm(formdata=None), before=_comment_id())


def _comment_id() -> int | None:
    """Raises NotFound for what is no id."""
    if "before" not in request.args:
        return None
    text = parameter("before")
    if not ID.fullmatch(text) or int(text) > MAX_ID:
        raise NotFound
    return int(text)


def post_page(slug: str, form: CommentForm, *, before: int | None = None) -> Response:
    caller = visitor()
    with db.reading() as reader:
        post = queries.get_post(reader, caller, slug)
        comments, has_older = page_queries.list_newest_comments(reader, slug, before)
    return render(
        "blog/post.html",
        status=form.http_status,
        post=post,
        may_edit=may_edit(caller, post),
        comments=comments,
        deletable=_deletable(caller, post, comments),
        has_older=has_older,
        before=before,
        live={} if before else _live(caller, post),
        form=form,
    )


def _live(caller: Caller | None, post: Post) -> dict[str, str]:
    """What the page's script has to know to show comments as they come and go."""
    if post.status != "published":
        return {}
    # Idiom: `url_for` gives a socket's address with scheme and host, which a proxy may
    # have changed. The script knows where its page came from.
    attributes = {"data-live": f"/ws/posts/{post.slug}"}
    if caller:
        attributes["data-username"] = caller.username
    if may_edit(caller, post):
        attributes["data-moderates"] = ""
    return attributes


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
