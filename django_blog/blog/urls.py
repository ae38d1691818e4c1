from django.urls import path

from blog.api import (
    CommentViewSet,
    DraftViewSet,
    FeedViewSet,
    PostViewSet,
    TagViewSet,
)
from common import paths  # noqa: F401 - registers the converters

urlpatterns = [
    path("posts", PostViewSet.as_view({"get": "list_posts", "post": "create_post"})),
    path("feed", FeedViewSet.as_view({"get": "list_feed"})),
    path("me/drafts", DraftViewSet.as_view({"get": "list_drafts"})),
    path(
        "posts/<post_slug:slug>",
        PostViewSet.as_view(
            {"get": "get_post", "patch": "update_post", "delete": "delete_post"}
        ),
        name="post",
    ),
    path(
        "posts/<post_slug:slug>/like",
        PostViewSet.as_view({"put": "like_post", "delete": "unlike_post"}),
    ),
    path(
        "posts/<post_slug:slug>/comments",
        CommentViewSet.as_view({"get": "list_comments", "post": "create_comment"}),
    ),
    path(
        "posts/<post_slug:slug>/comments/<id:comment_id>",
        CommentViewSet.as_view({"get": "get_comment", "delete": "delete_comment"}),
        name="comment",
    ),
    path("tags", TagViewSet.as_view({"get": "list_tags"})),
    path("tags/<tag:name>", TagViewSet.as_view({"get": "get_tag"})),
]
