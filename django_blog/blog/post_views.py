"""Pages and forms for writing posts, liking and commenting on them."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from blog import services
from blog.forms import CommentForm, NewPostForm, PostChangesForm
from blog.managers import Row
from blog.queries import get_post
from blog.views import PostView, may_edit
from common.errors import Forbidden, StaleVersion
from common.pages import ServiceFormView, SignedIn, done


def path_of(slug: str, *, fragment: str | None = None) -> str:
    return reverse("blog:post", args=[slug], fragment=fragment)


class NewPostView(SignedIn, ServiceFormView):
    template_name = "blog/new.html"
    form_class = NewPostForm

    def perform(self, form: Any) -> HttpResponse:
        post = services.create_post(self.caller, **form.cleaned_data)
        return done(self.request, "Your post is saved.", path_of(post["slug"]))


class EditPostView(SignedIn, ServiceFormView):
    template_name = "blog/edit.html"
    form_class = PostChangesForm

    def perform(self, form: Any) -> HttpResponse:
        slug = self.kwargs["slug"]
        try:
            services.update_post(self.caller, slug, **form.cleaned_data)
        except StaleVersion as error:
            form.refuse_stale(error, slug)
            return self.refused(status=409, form=form)
        return done(self.request, "Your changes are saved.", path_of(slug))

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        post = self._editable_post()
        if "form" not in context:
            context["form"] = PostChangesForm.of(post)
        return super().get_context_data(post=post, **context)

    def _editable_post(self) -> Row:
        """Raises NotFound for who cannot see the post, Forbidden for who just can."""
        post = get_post(self.caller, self.kwargs["slug"])
        if not may_edit(self.caller, post):
            raise Forbidden
        return post


class PostDeletionView(SignedIn):
    def post(self, request: HttpRequest, slug: str) -> HttpResponse:
        services.delete_post(self.caller, slug)
        return done(request, "The post is deleted.", reverse("blog:start"))


class LikeView(SignedIn):
    def post(self, request: HttpRequest, slug: str) -> HttpResponse:
        services.like_post(self.caller, slug)
        return done(request, "You like this post.", path_of(slug))


class UnlikeView(SignedIn):
    def post(self, request: HttpRequest, slug: str) -> HttpResponse:
        services.unlike_post(self.caller, slug)
        return done(request, "You no longer like this post.", path_of(slug))


class NewCommentView(SignedIn, PostView):
    http_method_names = ("post", "options")

    def post(self, request: HttpRequest, slug: str) -> HttpResponse:
        form = CommentForm(request.POST)
        if not form.is_valid():
            self.object = self.get_object()
            return self.refused(form=form)
        comment = services.create_comment(self.caller, slug, **form.cleaned_data)
        path = path_of(slug, fragment=f"comment-{comment['id']}")
        return done(request, "Your comment is published.", path)


class CommentDeletionView(SignedIn):
    def post(self, request: HttpRequest, slug: str, comment_id: int) -> HttpResponse:
        services.delete_comment(self.caller, slug, comment_id)
        path = path_of(slug, fragment="comments")
        return done(request, "The comment is deleted.", path)
