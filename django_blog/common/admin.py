"""What the admin pages of all apps have in common."""

from functools import wraps
from typing import Any

from django.contrib import admin, messages
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponseRedirect

from common.errors import AppError, Unavailable


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
            refusal = str(error)
        except IntegrityError:  # Somebody else was faster.
            refusal = Unavailable.detail
        self.message_user(request, refusal, messages.ERROR)
        return HttpResponseRedirect(request.get_full_path())

    return told


class ServiceAdmin(admin.ModelAdmin):
    """Shows what services refuse above the page; all that was sent is done or none."""

    changelist_view = _tells_refusals(admin.ModelAdmin.changelist_view)
    changeform_view = _tells_refusals(admin.ModelAdmin.changeform_view)
    delete_view = _tells_refusals(admin.ModelAdmin.delete_view)
