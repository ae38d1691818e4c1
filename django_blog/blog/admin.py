"""Posts, tags and comments in Django's admin, for editors and admins."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any, cast

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.models import User
from blog import services
from blog.forms import PostForm, TagForm
from blog.managers import PostQuerySet
from blog.models import Comment, Post, PostTag, Status, Tag
from common.admin import AnsweringInline, ServiceAdmin, caller_of
from common.errors import NotFound
from common.live import GONE, announce


class TagInline(AnsweringInline):
    model = PostTag
    verbose_name, verbose_name_plural = "tag", "tags"
    autocomplete_fields = ("tag",)
    extra = 1
    max_num = 10

    def get_formset(self, request: HttpRequest, obj: Any = None, **options: Any) -> Any:
        return super().get_formset(request, obj, validate_max=True, **options)

    def get_queryset(self, request: HttpRequest) -> QuerySet[PostTag]:
        return super().get_queryset(request).select_related("tag")


class TagFilter(admin.SimpleListFilter):
    """Names the tags that most posts have; the list of tags links to all others."""

    title = parameter_name = "tag"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(tag["name"], tag["name"]) for tag in Tag.objects.top(20)]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Post]
    ) -> QuerySet[Post]:
        name = self.value()
        return queryset.filter(tags__name=name) if name else queryset


@admin.register(Post)
class PostAdmin(ServiceAdmin):
    """Writes by the rules of the API, which sets slug, rendering and version."""

    form = PostForm
    list_display = ("title", "author", "status", "published_at", "likes", "comments")
    list_filter = ("status", "published_at", TagFilter)
    list_select_related = ("author",)
    search_fields = ("title", "body", "slug", "author__username")
    date_hierarchy = "published_at"
    ordering = ("-created_at", "-id")
    show_full_result_count = False
    readonly_fields = ("author", "slug", "published_at", "updated_at", "comments")
    inlines = (TagInline,)
    actions = ("publish", "take_back")

    def get_queryset(self, request: HttpRequest) -> PostQuerySet:
        posts = cast("PostQuerySet", super().get_queryset(request))
        return posts.with_counts(request.user)

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Post | None:
        """Locks what a form is about to change, so that no version is lost."""
        post = super().get_object(request, object_id, from_field)
        if post is None or request.method != "POST":
            return post
        return self.get_queryset(request).held().filter(pk=post.pk).first()

    @admin.display(ordering="likes_count")
    def likes(self, post: Post) -> int:
        return post.likes_count  # type: ignore[attr-defined, no-any-return]  # annotated

    @admin.display(ordering="comments_count")
    def comments(self, post: Post) -> SafeString | str:
        """A link to where they can be taken away."""
        if post.pk is None:
            return str(self.get_empty_value_display())
        url = f"{reverse('admin:blog_comment_changelist')}?post__id__exact={post.pk}"
        number = post.comments_count  # type: ignore[attr-defined]  # annotated
        return format_html('<a href="{}">{}</a>', url, number)

    @admin.action(description="Publish the selected posts", permissions=["change"])
    def publish(self, request: HttpRequest, queryset: QuerySet[Post]) -> None:
        self._set_status(request, queryset, Status.PUBLISHED)

    @admin.action(description="Take the selected posts back", permissions=["change"])
    def take_back(self, request: HttpRequest, queryset: QuerySet[Post]) -> None:
        self._set_status(request, queryset, Status.DRAFT)

    def _set_status(
        self, request: HttpRequest, posts: QuerySet[Post], status: Status
    ) -> None:
        chosen = list(posts.order_by("pk"))
        for post in chosen:
            services.update_post(caller_of(request), post.slug, status=status)
            self.log_change(request, post, f"Status: {status.label}.")
        self.message_user(request, f"{status.label}: {len(chosen)}.")

    def save_model(
        self, request: HttpRequest, obj: Post, form: Any, change: bool
    ) -> None:
        obj.render()
        if not change:
            obj.author = User.objects.lock(caller_of(request))
            obj.insert()
        elif form.changed_data:
            obj.revise()
            if "status" in form.changed_data and obj.status == Status.DRAFT:
                announce(obj.pk, GONE)

    def save_related(
        self, request: HttpRequest, form: Any, formsets: Sequence[Any], change: bool
    ) -> None:
        super().save_related(request, form, formsets, change)
        retagged = any(formset.has_changed() for formset in formsets)
        if change and retagged and not form.changed_data:
            form.instance.revise()

    def delete_model(self, request: HttpRequest, obj: Post) -> None:
        with suppress(NotFound):  # Somebody else was faster.
            services.delete_post(caller_of(request), obj.slug)


@admin.register(Tag)
class TagAdmin(ServiceAdmin):
    """A tag that changes changes every post that has it.

    None is deleted: whoever writes a post at that moment counts on it.
    """

    form = TagForm
    list_display = ("name", "uses")
    search_fields = ("name",)
    ordering = ("name",)
    actions = ("take_off",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Tag]:
        tags: QuerySet[Tag] = super().get_queryset(request)
        return tags.annotate(uses=Count("posts"))

    @admin.display(description="posts", ordering="uses")
    def uses(self, tag: Tag) -> SafeString:
        url = f"{reverse('admin:blog_post_changelist')}?tag={tag.name}"
        return format_html('<a href="{}">{}</a>', url, tag.uses)  # type: ignore[attr-defined]  # annotated

    def save_model(
        self, request: HttpRequest, obj: Tag, form: Any, change: bool
    ) -> None:
        if not change:
            obj.save()
        elif form.changed_data:
            services.rename_tag(obj)

    @admin.action(
        description="Take the selected tags off all posts", permissions=["change"]
    )
    def take_off(self, request: HttpRequest, queryset: QuerySet[Tag]) -> None:
        for tag in queryset:
            self.log_change(request, tag, "Taken off all posts.")
        number = services.remove_tags(queryset)
        self.message_user(request, f"Changed posts: {number}.")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Comment)
class CommentAdmin(ServiceAdmin):
    """Comments are their authors': here they can only be taken away."""

    list_display = ("__str__", "author", "post", "created_at")
    list_filter = ("created_at",)
    list_select_related = ("author", "post")
    search_fields = ("body", "author__username", "post__title")
    date_hierarchy = "created_at"
    ordering = ("-id",)
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def delete_model(self, request: HttpRequest, obj: Comment) -> None:
        with suppress(NotFound):  # Somebody else was faster.
            services.delete_comment(caller_of(request), obj.post.slug, obj.pk)
