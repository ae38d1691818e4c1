"""Pages: lists of posts, and a post with its comments."""

import re
from collections.abc import Sequence
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.views.generic import DetailView

from accounts.models import User
from blog.forms import CommentForm, SearchForm
from blog.managers import Caller, PostQuerySet, Row
from blog.models import Post, Tag
from blog.queries import get_post, list_newest_comments, with_tags
from common.database import find
from common.pages import NumberedListView, RefusingMixin, SignedIn
from common.validation import ID, MAX_ID


class TaggedPaginator(Paginator):
    """Three statements: the number of posts, the posts of a page, their tags."""

    def _get_page(self, rows: Any, *args: Any) -> Page:
        """Of which Django says that subclasses may have their own."""
        return Page(with_tags(rows), *args)


class PostListView(NumberedListView):
    paginator_class = TaggedPaginator
    paginate_by = 10

    def get_queryset(self) -> QuerySet[Post, Any]:
        return self.get_posts().newest_first().summaries(self.request.user)

    def get_posts(self) -> PostQuerySet:
        return Post.objects.published()


class StartView(RefusingMixin, PostListView):
    template_name = "blog/start.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.search = SearchForm(request.GET)
        if not self.search.is_valid():
            self.object_list = Post.objects.none()
            return self.refused()
        return super().get(request, *args, **kwargs)

    def get_posts(self) -> PostQuerySet:
        return super().get_posts().matching(q=self.search.cleaned_data["q"])

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(search=self.search, **context)


class TagView(PostListView):
    template_name = "blog/tag.html"

    def get_posts(self) -> PostQuerySet:
        self.tag = find(Tag.objects.called(self.kwargs["name"]).counted())
        return super().get_posts().matching(tag=self.kwargs["name"])


class AuthorView(PostListView):
    template_name = "blog/author.html"

    def get_posts(self) -> PostQuerySet:
        users = User.objects.active().with_counts(self.request.user)
        self.profile = find(users.named(self.kwargs["username"]))
        return super().get_posts().by(self.profile)


class DraftListView(SignedIn, PostListView):
    template_name = "blog/drafts.html"

    def get_queryset(self) -> QuerySet[Post, Any]:
        user = self.caller
        return Post.objects.drafts().by(user).order_by("-id").summaries(user)


class FollowedListView(SignedIn, PostListView):
    template_name = "blog/feed.html"

    def get_posts(self) -> PostQuerySet:
        return super().get_posts().followed_by(self.caller)


class PostView(RefusingMixin, DetailView):
    template_name = "blog/post.html"
    context_object_name = "post"

    def get_object(self, queryset: Any = None) -> Any:
        return get_post(self.request.user, self.kwargs["slug"])

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        user, post, before = self.request.user, self.object, self._before()
        comments, has_older = list_newest_comments(post["slug"], before)
        frame = {
            "may_edit": may_edit(user, post),
            "comments": comments,
            "deletable": _deletable(user, post, comments),
            "has_older": has_older,
            "before": before,
            "is_live": post["status"] == "published" and before is None,
            "form": CommentForm(),
        }
        return super().get_context_data(**{**frame, **context})

    def _before(self) -> int | None:
        before = self.request.GET.get("before")
        if before is None:
            return None
        if not re.fullmatch(ID, before) or int(before) > MAX_ID:
            raise Http404
        return int(before)


def may_edit(user: Caller, post: Row) -> bool:
    if user.is_anonymous:
        return False
    return user.may_edit_all or user.username == post["author__username"]


def _deletable(user: Caller, post: Row, comments: Sequence[Row]) -> set[int]:
    """The ids of the comments that the user may delete."""
    if user.is_anonymous:
        return set()
    all_of_them = may_edit(user, post)
    return {
        comment["id"]
        for comment in comments
        if all_of_them or comment["author__username"] == user.username
    }
