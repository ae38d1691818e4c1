"""Where everything is found."""

from django.contrib import admin
from django.urls import include, path

from accounts import urls as accounts
from blog import urls as blog
from common.docs import DocsView
from common.health import HealthView, ReadinessView
from common.metrics import MetricsView
from common.openapi import DocumentView
from todos import urls as todos

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
    path("", include(accounts.pages)),
    path("", include(blog.pages)),
    path("", include(todos.pages)),
]

handler400 = "common.error_pages.bad_request"
handler403 = "common.error_pages.permission_denied"
handler404 = "common.error_pages.page_not_found"
handler500 = "common.error_pages.server_error"
