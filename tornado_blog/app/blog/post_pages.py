"""Pages and forms for writing posts, liking and commenting them."""

from typing import ClassVar

from tornado.routing import URLSpec

from app.accounts.users import Caller
from app.blog import comments, queries, services
from app.blog.forms import CommentForm, NewPostForm, PostForm
from app.blog.pages import OnPostPage, may_edit
from app.blog.schemas import Post
from app.database import Reader
from app.errors import Forbidden, Invalid, StaleVersion
from app.pages import SignedInHandler
from app.paths import COMMENT_ID_PART, SLUG_PART, IdPath, PathParts, SlugPath


class NewPostHandler(SignedInHandler):
    async def get(self) -> None:
        self.render("blog/new.html", form=NewPostForm({"status": "draft"}))

    async def post(self) -> None:
        form = NewPostForm(self.typed)
        try:
            new = form.read()
        except Invalid as error:
            form.refuse(error)
            self.render_refused("blog/new.html", form=form)
            return
        async with self.database.writing() as session:
            post = await services.create_post(session, self.current_user, new)
        self.see_other(f"/posts/{post.slug}", "Your post is saved.")


class _OfPost(SignedInHandler):
    path_parts: ClassVar[PathParts] = {"slug": SlugPath}


class EditHandler(_OfPost):
    async def get(self, slug: str) -> None:
        async with self.database.reading() as reader:
            post = await _editable_post(reader, self.current_user, slug)
        self.render("blog/edit.html", post=post, form=PostForm.of(post))

    async def post(self, slug: str) -> None:
        form, caller = PostForm(self.typed), self.current_user
        try:
            changes = form.read()
            async with self.database.writing() as session:
                await services.update_post(session, caller, slug, changes)
        except Invalid as error:
            form.refuse(error)
            status = 422
        except StaleVersion as error:
            form.refuse_stale(error, slug)
            status = 409
        else:
            self.see_other(f"/posts/{slug}", "Your changes are saved.")
            return
        async with self.database.reading() as reader:
            post = await _editable_post(reader, caller, slug)
        self.render_refused("blog/edit.html", status=status, post=post, form=form)


async def _editable_post(reader: Reader, caller: Caller, slug: str) -> Post:
    """Raises NotFound for who cannot see the post, Forbidden for who just can."""
    post = await queries.get_post(reader, caller, slug)
    if not may_edit(caller, post):
        raise Forbidden
    return post


class DeletionHandler(_OfPost):
    async def post(self, slug: str) -> None:
        async with self.database.writing() as session:
            await services.delete_post(session, self.current_user, slug)
        self.see_other("/", "The post is deleted.")


class LikeHandler(_OfPost):
    async def post(self, slug: str) -> None:
        async with self.database.writing() as session:
            await services.like_post(session, self.current_user, slug)
        self.see_other(f"/posts/{slug}", "You like this post.")


class UnlikeHandler(_OfPost):
    async def post(self, slug: str) -> None:
        async with self.database.writing() as session:
            await services.unlike_post(session, self.current_user, slug)
        self.see_other(f"/posts/{slug}", "You no longer like this post.")


class CommentsHandler(OnPostPage, _OfPost):
    async def post(self, slug: str) -> None:
        form = CommentForm(self.typed)
        try:
            new = form.read()
        except Invalid as error:
            form.refuse(error)
            self.set_status(422)
            await self.show(slug, form)
            return
        async with self.database.writing() as session:
            comment = await comments.create_comment(
                session, self.current_user, slug, new
            )
        path = f"/posts/{slug}#comment-{comment.id}"
        self.see_other(path, "Your comment is published.")


class CommentDeletionHandler(_OfPost):
    path_parts: ClassVar[PathParts] = {**_OfPost.path_parts, "comment_id": IdPath}

    async def post(self, slug: str, comment_id: int) -> None:
        async with self.database.writing() as session:
            await comments.delete_comment(session, self.current_user, slug, comment_id)
        self.see_other(f"/posts/{slug}#comments", "The comment is deleted.")


POST = f"/posts/{SLUG_PART}"

routes = [
    URLSpec("/new", NewPostHandler),
    URLSpec(f"{POST}/edit", EditHandler),
    URLSpec(f"{POST}/delete", DeletionHandler),
    URLSpec(f"{POST}/like", LikeHandler),
    URLSpec(f"{POST}/unlike", UnlikeHandler),
    URLSpec(f"{POST}/comments", CommentsHandler),
    URLSpec(f"{POST}/comments/{COMMENT_ID_PART}/delete", CommentDeletionHandler),
]
