"""Pages and forms for writing posts, liking and commenting them."""

from typing import Annotated

from fastapi import Depends, Response

from app.accounts.users import Caller
from app.blog import comments, queries, services
from app.blog.forms import CommentForm, NewPostForm, PostForm
from app.blog.pages import may_edit, post_page
from app.blog.schemas import Post
from app.database import Reader
from app.dependencies import DatabaseDep, Reading, Writing
from app.errors import Forbidden, Invalid, StaleVersion
from app.pages import PageDep, page_router
from app.paths import IdPath, SlugPath
from app.sessions import SignedIn

router = page_router()


@router.get("/new")
async def show_new_post(page: PageDep, _caller: SignedIn) -> Response:
    return page.render("blog/new.html", form=NewPostForm({"status": "draft"}))


@router.post("/new")
async def create_post(
    page: PageDep,
    form: Annotated[NewPostForm, Depends()],
    caller: SignedIn,
    database: DatabaseDep,
) -> Response:
    try:
        new = form.read()
    except Invalid as error:
        form.refuse(error)
        return page.render("blog/new.html", status=422, form=form)
    async with database.writing() as session:
        post = await services.create_post(session, caller, new)
    return page.redirect(f"/posts/{post.slug}", "Your post is saved.")


@router.get("/posts/{slug}/edit")
async def show_post(
    page: PageDep, slug: SlugPath, caller: SignedIn, session: Reading
) -> Response:
    post = await _editable_post(session, caller, slug)
    return page.render("blog/edit.html", post=post, form=PostForm.of(post))


@router.post("/posts/{slug}/edit")
async def update_post(
    page: PageDep,
    slug: SlugPath,
    form: Annotated[PostForm, Depends()],
    caller: SignedIn,
    database: DatabaseDep,
) -> Response:
    try:
        changes = form.read()
        async with database.writing() as session:
            await services.update_post(session, caller, slug, changes)
    except Invalid as error:
        form.refuse(error)
        status = 422
    except StaleVersion as error:
        form.refuse_stale(error, slug)
        status = 409
    else:
        return page.redirect(f"/posts/{slug}", "Your changes are saved.")
    async with database.reading() as reader:
        post = await _editable_post(reader, caller, slug)
    return page.render("blog/edit.html", status=status, post=post, form=form)


async def _editable_post(reader: Reader, caller: Caller, slug: str) -> Post:
    """Raises NotFound for who cannot see the post, Forbidden for who just can."""
    post = await queries.get_post(reader, caller, slug)
    if not may_edit(caller, post):
        raise Forbidden
    return post


@router.post("/posts/{slug}/delete")
async def delete_post(
    page: PageDep, slug: SlugPath, caller: SignedIn, session: Writing
) -> Response:
    await services.delete_post(session, caller, slug)
    return page.redirect("/", "The post is deleted.")


@router.post("/posts/{slug}/like")
async def like_post(
    page: PageDep, slug: SlugPath, caller: SignedIn, session: Writing
) -> Response:
    await services.like_post(session, caller, slug)
    return page.redirect(f"/posts/{slug}", "You like this post.")


@router.post("/posts/{slug}/unlike")
async def unlike_post(
    page: PageDep, slug: SlugPath, caller: SignedIn, session: Writing
) -> Response:
    await services.unlike_post(session, caller, slug)
    return page.redirect(f"/posts/{slug}", "You no longer like this post.")


@router.post("/posts/{slug}/comments")
async def create_comment(
    page: PageDep,
    slug: SlugPath,
    form: Annotated[CommentForm, Depends()],
    caller: SignedIn,
    database: DatabaseDep,
) -> Response:
    try:
        new = form.read()
    except Invalid as error:
        form.refuse(error)
        async with database.reading() as reader:
            return await post_page(page, reader, slug, form, status=422)
    async with database.writing() as session:
        comment = await comments.create_comment(session, caller, slug, new)
    path = f"/posts/{slug}#comment-{comment.id}"
    return page.redirect(path, "Your comment is published.")


@router.post("/posts/{slug}/comments/{comment_id}/delete")
async def delete_comment(
    page: PageDep,
    slug: SlugPath,
    comment_id: IdPath,
    caller: SignedIn,
    session: Writing,
) -> Response:
    await comments.delete_comment(session, caller, slug, comment_id)
    return page.redirect(f"/posts/{slug}#comments", "The comment is deleted.")
