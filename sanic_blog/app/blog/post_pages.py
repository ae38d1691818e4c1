"""Pages and forms for writing posts, liking and commenting them."""

from typing import Any

from sanic import Blueprint
from sanic.response import HTTPResponse

from app.blog import comments, queries, services
from app.blog.forms import CommentForm, NewPostForm, PostForm
from app.blog.pages import may_edit, post_page
from app.blog.schemas import NewComment, NewPost, Post, PostChanges
from app.dependencies import reading, writing
from app.errors import Forbidden, StaleVersion
from app.forms import Form
from app.pages import FormView, PageView, redirect, render_page, validate_form
from app.request import Request
from app.sessions import for_users

pages = Blueprint("post_pages")


class NewPostView(FormView, attach=pages, uri="/new", name="new"):
    template = "blog/new.html"

    @for_users
    async def get(self, request: Request) -> HTTPResponse:
        return await self.show(request, NewPostForm({"status": "draft"}))

    @for_users
    @validate_form(NewPostForm)
    @writing
    async def post(self, request: Request, body: NewPost) -> HTTPResponse:
        session, caller = request.ctx.session, request.ctx.caller
        post = await services.create_post(session, caller, body)
        return redirect(request, f"/posts/{post.slug}", "Your post is saved.")


class PostFormView(FormView, attach=pages, uri="/posts/<slug:slug>/edit", name="edit"):
    @for_users
    @reading
    async def get(self, request: Request, slug: str) -> HTTPResponse:
        post = await _editable_post(request, slug)
        return await _edit_page(request, post, PostForm.of(post))

    @for_users
    @validate_form(PostForm, StaleVersion)
    @writing
    async def post(
        self, request: Request, body: PostChanges, slug: str
    ) -> HTTPResponse:
        session, caller = request.ctx.session, request.ctx.caller
        await services.update_post(session, caller, slug, body)
        return redirect(request, f"/posts/{slug}", "Your changes are saved.")

    @reading
    async def show(self, request: Request, form: Form[Any]) -> HTTPResponse:
        post = await _editable_post(request, request.match_info["slug"])
        return await _edit_page(request, post, form)


async def _editable_post(request: Request, slug: str) -> Post:
    """Raises NotFound for who cannot see the post, Forbidden for who just can."""
    post = await queries.get_post(request.ctx.reader, request.ctx.caller, slug)
    if not may_edit(request.ctx.caller, post):
        raise Forbidden
    return post


async def _edit_page(request: Request, post: Post, form: Form[Any]) -> HTTPResponse:
    return await render_page(
        request, "blog/edit.html", status=form.status, post=post, form=form
    )


class PostDeletionView(
    PageView, attach=pages, uri="/posts/<slug:slug>/delete", name="delete"
):
    @for_users
    @writing
    async def post(self, request: Request, slug: str) -> HTTPResponse:
        await services.delete_post(request.ctx.session, request.ctx.caller, slug)
        return redirect(request, "/", "The post is deleted.")


class LikeView(PageView, attach=pages, uri="/posts/<slug:slug>/like", name="like"):
    @for_users
    @writing
    async def post(self, request: Request, slug: str) -> HTTPResponse:
        await services.like_post(request.ctx.session, request.ctx.caller, slug)
        return redirect(request, f"/posts/{slug}", "You like this post.")


class UnlikeView(
    PageView, attach=pages, uri="/posts/<slug:slug>/unlike", name="unlike"
):
    @for_users
    @writing
    async def post(self, request: Request, slug: str) -> HTTPResponse:
        await services.unlike_post(request.ctx.session, request.ctx.caller, slug)
        return redirect(request, f"/posts/{slug}", "You no longer like this post.")


class CommentFormView(
    FormView, attach=pages, uri="/posts/<slug:slug>/comments", name="comment"
):
    @for_users
    @validate_form(CommentForm)
    @writing
    async def post(self, request: Request, body: NewComment, slug: str) -> HTTPResponse:
        session, caller = request.ctx.session, request.ctx.caller
        comment = await comments.create_comment(session, caller, slug, body)
        path = f"/posts/{slug}#comment-{comment.id}"
        return redirect(request, path, "Your comment is published.")

    @reading
    async def show(self, request: Request, form: Form[Any]) -> HTTPResponse:
        return await post_page(request, request.match_info["slug"], form)


class CommentDeletionView(
    PageView,
    attach=pages,
    uri="/posts/<slug:slug>/comments/<comment_id:id>/delete",
    name="delete_comment",
):
    @for_users
    @writing
    async def post(self, request: Request, slug: str, comment_id: int) -> HTTPResponse:
        session, caller = request.ctx.session, request.ctx.caller
        await comments.delete_comment(session, caller, slug, comment_id)
        return redirect(request, f"/posts/{slug}#comments", "The comment is deleted.")
