"""What the admin pages of all apps have in common."""

from collections.abc import Sequence
from functools import wraps
from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.contrib.admin.widgets import AutocompleteSelect
from django.db import DataError, IntegrityError, transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseRedirect

from common.errors import AppError, Unavailable
from common.forms import refusal_of
from common.validation import DIGITS

if TYPE_CHECKING:
    from accounts.models import User


def caller_of(request: HttpRequest) -> "User":
    return cast("User", request.user)


def _tells_refusals(view: Any) -> Any:
    @wraps(view)
    def told(
        self: "ServiceAdmin", request: HttpRequest, *args: Any, **kwargs: Any
    ) -> Any:
        if request.method != "POST":
            return view(self, request, *args, **kwargs)
        try:
            with transaction.atomic():
                return view(self, request, *args, **kwargs)
        except AppError as error:
            refusal = refusal_of(error)
        except IntegrityError:  # Somebody else was faster.
            refusal = Unavailable.detail
        self.message_user(request, refusal, messages.ERROR)
        return HttpResponseRedirect(request.get_full_path())

    return told


class AnsweringChangeList(ChangeList):
    def __init__(self, *args: Any, **options: Any) -> None:
        """Takes a filter that the database cannot be asked for like any wrong one."""
        try:
            super().__init__(*args, **options)
        except (DataError, OverflowError) as error:
            raise IncorrectLookupParameters from error


class AnsweringSelect(AutocompleteSelect):
    # Idiom: Django shows a refused form by asking the database for what it refused.
    def optgroups(self, name: str, value: Sequence[str], attr: Any = None) -> Any:
        """Passes over what can be no id."""
        ids = [each for each in value if DIGITS.fullmatch(each) and len(each) < 19]
        return super().optgroups(name, ids, attr)


class AnsweringInline(admin.TabularInline):
    def formfield_for_foreignkey(
        self, db_field: Any, request: HttpRequest, **options: Any
    ) -> Any:
        if db_field.name in self.autocomplete_fields:
            options["widget"] = AnsweringSelect(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **options)


class ServiceAdmin(admin.ModelAdmin):
    """Shows what services refuse above the page; all that was sent is done or none."""

    changelist_view = _tells_refusals(admin.ModelAdmin.changelist_view)
    changeform_view = _tells_refusals(admin.ModelAdmin.changeform_view)
    delete_view = _tells_refusals(admin.ModelAdmin.delete_view)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Deletes each by the rules for one."""
        for each in queryset.order_by("pk"):
            self.delete_model(request, each)

    def get_changelist(self, request: HttpRequest, **_: Any) -> type[ChangeList]:
        return AnsweringChangeList

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if "\0" in search_term:
            return queryset.none(), False  # PostgreSQL cannot even be asked for it.
        return super().get_search_results(request, queryset, search_term)
