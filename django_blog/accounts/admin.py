"""Accounts in Django's admin, for admins alone."""

from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest

from accounts import services
from accounts.models import User
from common.admin import ServiceAdmin, caller_of

admin.site.unregister(Group)  # roles take the place of groups


@admin.register(User)
class UserAdmin(ServiceAdmin):
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
        changes = {name: form.cleaned_data[name] for name in form.changed_data}
        services.update_user(caller_of(request), obj.username, **changes)

    @admin.action(description="Activate the selected accounts", permissions=["change"])
    def activate(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        self._set_activity(request, queryset, is_active=True)

    @admin.action(
        description="Deactivate the selected accounts, and end their tokens",
        permissions=["change"],
    )
    def deactivate(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        self._set_activity(request, queryset, is_active=False)

    def _set_activity(
        self, request: HttpRequest, users: QuerySet[User], *, is_active: bool
    ) -> None:
        done = "Activated" if is_active else "Deactivated"
        for user in users.order_by("pk"):
            services.update_user(caller_of(request), user.username, is_active=is_active)
            self.log_change(request, user, f"{done}.")
        names = users.order_by("username").values_list("username", flat=True)
        self.message_user(request, f"{done}: {', '.join(names)}.")
