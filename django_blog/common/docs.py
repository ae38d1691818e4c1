"""/api/docs: Swagger UI, from this server alone and without inline script."""

from drf_spectacular.views import SpectacularSwaggerSplitView

from common.views import OpenView


class DocsView(OpenView, SpectacularSwaggerSplitView):
    renderer_classes = SpectacularSwaggerSplitView.renderer_classes
    url = "/api/v1/openapi.json"
    url_self = "/api/docs"
    # Idiom: the companion's own script holds a CSRF token, and the API sets no cookie.
    template_name_js = "docs.js"
