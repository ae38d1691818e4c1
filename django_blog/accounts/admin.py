"""Accounts in Django's admin, for admins alone."""

from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest

from accounts import services
from accounts.models import User
from common.errors import AppError

admin.site.site_header = "Quintet blog"
admin.site.site_title = "Quintet blog"
admin.site.unregister(Group)  # roles take the place of groups


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    """Role and activity change by the rules of the API; all else is the owner's."""

    list_display = ("username", "email", "role", "is_active", "created_at")
    list_filter = ("role", "is_active", "created_at")
    search_fields = ("username", "email")
    ordering = ("username",)
    date_hierarchy = "created_at"
    fields = ("username", "email", "bio", "role", "is_active", "created_at")
    readonly_fields = ("username", "email", "bio", "created_at")
    actions = ("activate", "deactivate")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Whoever needs an account registers; the first admin is made by a command."""
        return False

    def has_delete_permission(
        self, request: HttpRequest, obj: User | None = None
    ) -> bool:
        """An account is deleted by its owner, who knows the password."""
        return False

    def save_model(
        self, request: HttpRequest, obj: User, form: ModelForm, change: bool
    ) -> None:
        self._update(
            request, obj, **{n: form.cleaned_data[n] for n in form.changed_data}
        )

    @admin.action(description="Activate the selected accounts")
    def activate(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in queryset:
            self._update(request, user, is_active=True)

    @admin.action(description="Deactivate the selected accounts, and end their tokens")
    def deactivate(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in queryset:
            self._update(request, user, is_active=False)

    def _update(self, request: HttpRequest, user: User, **changes: Any) -> None:
        admin = cast("User", request.user)
        try:
            services.update_user(admin, user.username, **changes)
        except AppError as error:
            self.message_user(request, str(error), messages.ERROR)
