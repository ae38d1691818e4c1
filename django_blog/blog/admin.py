"""Posts, tags and comments in Django's admin, for editors and admins."""

from collections.abc import Sequence
from typing import Any, cast

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest

from accounts.models import User
from blog import services
from blog.forms import PostForm, TagForm
from blog.models import Comment, Post, PostTag, Status, Tag


def _editor(request: HttpRequest) -> User:
    return cast("User", request.user)


class TagInline(admin.TabularInline):
    model = PostTag
    autocomplete_fields = ("tag",)
    extra = 1
    max_num = 10


class CommentInline(admin.TabularInline):
    """Comments are their authors': here they can only be taken away."""

    model = Comment
    readonly_fields = ("author", "body", "created_at")
    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Post)
class PostAdmin(admin.ModelAdmin):
    """Writes by the rules of the API, which sets slug, rendering and version."""

    form = PostForm
    list_display = ("title", "author", "status", "published_at", "likes", "comments")
    list_filter = ("status", "published_at", "tags")
    list_select_related = ("author",)
    search_fields = ("title", "body", "slug", "author__username")
    date_hierarchy = "published_at"
    ordering = ("-created_at",)
    readonly_fields = ("author", "slug", "version", "published_at", "updated_at")
    inlines = (TagInline, CommentInline)
    actions = ("publish", "take_back")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Post]:
        return Post.objects.with_counts(request.user)

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Post | None:
        """Locks what a form is about to change, so that no version is lost."""
        if request.method == "POST" and object_id.isdecimal():
            return Post.objects.held().filter(pk=object_id).first()
        return super().get_object(request, object_id, from_field)

    @admin.display(ordering="likes_count")
    def likes(self, post: Post) -> int:
        return post.likes_count  # type: ignore[attr-defined, no-any-return]  # annotated

    @admin.display(ordering="comments_count")
    def comments(self, post: Post) -> int:
        return post.comments_count  # type: ignore[attr-defined, no-any-return]  # likewise

    @admin.action(description="Publish the selected posts")
    def publish(self, request: HttpRequest, queryset: QuerySet[Post]) -> None:
        for post in queryset:
            services.update_post(_editor(request), post.slug, status=Status.PUBLISHED)

    @admin.action(description="Take the selected posts back")
    def take_back(self, request: HttpRequest, queryset: QuerySet[Post]) -> None:
        for post in queryset:
            services.update_post(_editor(request), post.slug, status=Status.DRAFT)

    def save_model(
        self, request: HttpRequest, obj: Post, form: Any, change: bool
    ) -> None:
        obj.render()
        if not change:
            obj.author = _editor(request)
            obj.insert()
        elif form.changed_data:
            obj.revise()

    def save_related(
        self, request: HttpRequest, form: Any, formsets: Sequence[Any], change: bool
    ) -> None:
        super().save_related(request, form, formsets, change)
        tags = [formset for formset in formsets if formset.model is PostTag]
        if change and not form.changed_data and any(f.has_changed() for f in tags):
            form.instance.revise()

    def delete_model(self, request: HttpRequest, obj: Post) -> None:
        services.delete_post(_editor(request), obj.slug)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Post]) -> None:
        for post in queryset:
            self.delete_model(request, post)


@admin.register(Tag)
class TagAdmin(admin.ModelAdmin):
    form = TagForm
    list_display = ("name", "uses")
    search_fields = ("name",)
    ordering = ("name",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Tag]:
        return Tag.objects.annotate(uses=Count("posts"))

    @admin.display(description="posts", ordering="uses")
    def uses(self, tag: Tag) -> int:
        return tag.uses  # type: ignore[attr-defined, no-any-return]  # annotated


@admin.register(Comment)
class CommentAdmin(admin.ModelAdmin):
    list_display = ("__str__", "author", "post", "created_at")
    list_filter = ("created_at",)
    list_select_related = ("author", "post")
    search_fields = ("body", "author__username", "post__title")
    date_hierarchy = "created_at"
    readonly_fields = ("author", "post", "body", "created_at")
    ordering = ("-id",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False
