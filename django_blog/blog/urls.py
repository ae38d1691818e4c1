from django.urls import path

from blog.api import (
    CommentViewSet,
    DraftViewSet,
    FeedViewSet,
    PostViewSet,
    TagViewSet,
)
from blog.consumers import LiveComments
from blog.feeds import AtomFeedView, RobotsView, SitemapView
from blog.post_views import (
    CommentDeletionView,
    EditPostView,
    LikeView,
    NewCommentView,
    NewPostView,
    PostDeletionView,
    UnlikeView,
)
from blog.views import (
    AuthorView,
    DraftListView,
    FollowedListView,
    PostView,
    StartView,
    TagView,
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

sockets = [
    path("ws/posts/<any:slug>", LiveComments.as_asgi(), name="live_comments"),
]

pages = (
    [
        path("", StartView.as_view(), name="start"),
        path("tags/<tag:name>", TagView.as_view(), name="tag"),
        path("authors/<username:username>", AuthorView.as_view(), name="author"),
        path("drafts", DraftListView.as_view(), name="drafts"),
        path("feed", FollowedListView.as_view(), name="feed"),
        path("new", NewPostView.as_view(), name="new"),
        path("posts/<post_slug:slug>", PostView.as_view(), name="post"),
        path("posts/<post_slug:slug>/edit", EditPostView.as_view(), name="edit"),
        path(
            "posts/<post_slug:slug>/delete", PostDeletionView.as_view(), name="delete"
        ),
        path("posts/<post_slug:slug>/like", LikeView.as_view(), name="like"),
        path("posts/<post_slug:slug>/unlike", UnlikeView.as_view(), name="unlike"),
        path(
            "posts/<post_slug:slug>/comments", NewCommentView.as_view(), name="comment"
        ),
        path(
            "posts/<post_slug:slug>/comments/<id:comment_id>/delete",
            CommentDeletionView.as_view(),
            name="delete_comment",
        ),
        path("feed.atom", AtomFeedView.as_view(), name="atom_feed"),
        path("sitemap.xml", SitemapView.as_view(), name="sitemap"),
        path("robots.txt", RobotsView.as_view(), name="robots"),
    ],
    "blog",
)
