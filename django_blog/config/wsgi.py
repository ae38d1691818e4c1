"""What gunicorn runs."""

import os
from typing import Any

import django
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.urls import resolve


class Utf8Request(WSGIRequest):
    # Idiom: Django decodes even the query as `Content-Type` says, and fails before any
    # code of ours runs when that is "text/plain; charset=base64".
    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        """Reads no parameters: every text is UTF-8."""
        self.content_type = (
            meta.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
        )
        self.content_params = {}


class Handler(WSGIHandler):
    request_class = Utf8Request


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup(set_prefix=False)
application = Handler()
resolve("/healthz")  # Django would import the views at the first request, which waits.
