"""Where everything is found."""

from django.contrib import admin
from django.urls import include, path

from common.docs import DocsView
from common.health import HealthView, ReadinessView
from common.metrics import MetricsView
from common.openapi import DocumentView

urlpatterns = [
    path("api/v1/", include("accounts.urls")),
    path("api/v1/", include("blog.urls")),
    path("api/v1/", include("todos.urls")),
    path("api/v1/openapi.json", DocumentView.as_view()),
    path("api/docs", DocsView.as_view()),
    path("admin/", admin.site.urls),
    path("healthz", HealthView.as_view()),
    path("readyz", ReadinessView.as_view()),
    path("metrics", MetricsView.as_view()),
]

handler404 = "common.problems.not_found"
handler500 = "common.problems.server_error"
