"""Pages and forms for writing posts, liking and commenting them."""

from flask import Blueprint, Response, flash, url_for
from flask_login import login_required

from app.blog import comments, queries, services
from app.blog.forms import CommentForm, NewPostForm, PostForm
from app.blog.pages import may_edit, post_page
from app.blog.schemas import Post
from app.errors import Forbidden, StaleVersion
from app.extensions import db
from app.pages import render, see_other
from app.sessions import signed_in

pages = Blueprint("post_pages", __name__)


@pages.route("/new", methods=["GET", "POST"])
@login_required
def create_post() -> Response:
    form = NewPostForm()
    if not form.validate_on_submit():
        return render("blog/new.html", status=form.http_status, form=form)
    post = services.create_post(db.session(), signed_in(), form.values)
    db.session.commit()
    flash("Your post is saved.")
    return _to_post(post.slug)


@pages.route("/posts/<slug:slug>/edit", methods=["GET", "POST"])
@login_required
def update_post(slug: str) -> Response:
    form = PostForm()
    if form.validate_on_submit():
        try:
            services.update_post(db.session(), signed_in(), slug, form.values)
        except StaleVersion as error:
            db.session.rollback()
            form.refuse_stale(error, slug)
        else:
            db.session.commit()
            flash("Your changes are saved.")
            return _to_post(slug)
    post = _editable_post(slug)
    if not form.is_submitted():
        form = PostForm.of(post)
    return render("blog/edit.html", status=form.http_status, post=post, form=form)


def _editable_post(slug: str) -> Post:
    """Raises NotFound for who cannot see the post, Forbidden for who just can."""
    with db.reading() as reader:
        post = queries.get_post(reader, signed_in(), slug)
    if not may_edit(signed_in(), post):
        raise Forbidden
    return post


def _to_post(slug: str, part: str | None = None) -> Response:
    return see_other(url_for("blog_pages.get_post", slug=slug, _anchor=part))


@pages.post("/posts/<slug:slug>/delete")
@login_required
def delete_post(slug: str) -> Response:
    services.delete_post(db.session(), signed_in(), slug)
    db.session.commit()
    flash("The post is deleted.")
    return see_other(url_for("blog_pages.list_posts"))


@pages.post("/posts/<slug:slug>/like")
@login_required
def like_post(slug: str) -> Response:
    services.like_post(db.session(), signed_in(), slug)
    db.session.commit()
    flash("You like this post.")
    return _to_post(slug)


@pages.post("/posts/<slug:slug>/unlike")
@login_required
def unlike_post(slug: str) -> Response:
    services.unlike_post(db.session(), signed_in(), slug)
    db.session.commit()
    flash("You no longer like this post.")
    return _to_post(slug)


@pages.post("/posts/<slug:slug>/comments")
@login_required
def create_comment(slug: str) -> Response:
    form = CommentForm()
    if not form.validate():
        return post_page(slug, form)
    comment = comments.create_comment(db.session(), signed_in(), slug, form.values)
    db.session.commit()
    flash("Your comment is published.")
    return _to_post(slug, f"comment-{comment.id}")


@pages.post("/posts/<slug:slug>/comments/<id:comment_id>/delete")
@login_required
def delete_comment(slug: str, comment_id: int) -> Response:
    comments.delete_comment(db.session(), signed_in(), slug, comment_id)
    db.session.commit()
    flash("The comment is deleted.")
    return _to_post(slug, "comments")
