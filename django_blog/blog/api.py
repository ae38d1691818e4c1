"""/api/v1: posts, drafts, the feed, likes, comments, tags."""

from datetime import datetime
from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.generics import get_object_or_404
from rest_framework.permissions import AllowAny, IsAuthenticatedOrReadOnly
from rest_framework.request import Request
from rest_framework.response import Response

from blog import services
from blog.managers import Row
from blog.models import Comment, Post, Tag
from blog.queries import get_post, with_tags
from blog.serializers import (
    CommentSerializer,
    NewCommentSerializer,
    NewPostSerializer,
    PostChangesSerializer,
    PostQuerySerializer,
    PostSerializer,
    PostSummarySerializer,
    TagSerializer,
    TagsSerializer,
)
from common.openapi import BODY_PROBLEMS, DONE, IF_NONE_MATCH, NOT_MODIFIED, problems
from common.pagination import (
    ID,
    KeysetPagination,
    NewestFirst,
    OldestFirst,
    PageQuerySerializer,
)
from common.views import PRIVATE, SHARED, ApiViewSet, created

PAGE_OF_POSTS = {200: PostSummarySerializer(many=True)}


class LatestPublishedFirst(KeysetPagination):
    keys: ClassVar = {"published_at": datetime, "id": ID}
    descending = True


class PostListViewSet(ApiViewSet):
    """What all lists of posts have in common: two statements, however long they are."""

    def get_page(self, posts: QuerySet[Post, Row]) -> Response:
        page: Any = with_tags(self.paginate_queryset(posts) or [])
        return self.get_paginated_response(PostSummarySerializer(page, many=True).data)


@extend_schema(tags=["posts"])
class PostViewSet(PostListViewSet):
    permission_classes = (IsAuthenticatedOrReadOnly,)
    pagination_class = LatestPublishedFirst
    conditional: ClassVar = {"list_posts": PRIVATE, "get_post": PRIVATE}

    @extend_schema(
        parameters=[PostQuerySerializer, IF_NONE_MATCH],
        responses={**PAGE_OF_POSTS, **NOT_MODIFIED, **problems(401, 422)},
    )
    def list_posts(self, request: Request) -> Response:
        query = self.get_query(PostQuerySerializer)
        filters = {
            n: query[n] for n in ("tag", "author", "liked_by", "q") if n in query
        }
        posts = Post.objects.published().matching(**filters)
        return self.get_page(posts.summaries(request.user))

    @extend_schema(
        request=NewPostSerializer,
        responses={201: PostSerializer, **problems(*BODY_PROBLEMS, 401)},
    )
    def create_post(self, request: Request) -> Response:
        post = services.create_post(self.caller, **self.get_body(NewPostSerializer))
        return created(PostSerializer(post), "post", post["slug"])

    @extend_schema(
        parameters=[IF_NONE_MATCH],
        responses={200: PostSerializer, **NOT_MODIFIED, **problems(401, 404)},
    )
    def get_post(self, request: Request, slug: str) -> Response:
        return Response(PostSerializer(get_post(request.user, slug)).data)

    @extend_schema(
        request=PostChangesSerializer,
        responses={200: PostSerializer, **problems(*BODY_PROBLEMS, 401, 403, 404, 409)},
    )
    def update_post(self, request: Request, slug: str) -> Response:
        changes = self.get_body(PostChangesSerializer)
        post = services.update_post(self.caller, slug, **changes)
        return Response(PostSerializer(post).data)

    @extend_schema(responses={**DONE, **problems(401, 403, 404)})
    def delete_post(self, request: Request, slug: str) -> Response:
        services.delete_post(self.caller, slug)
        return Response(status=204)

    @extend_schema(request=None, responses={**DONE, **problems(401, 404, 409)})
    def like_post(self, request: Request, slug: str) -> Response:
        services.like_post(self.caller, slug)
        return Response(status=204)

    @extend_schema(responses={**DONE, **problems(401, 404)})
    def unlike_post(self, request: Request, slug: str) -> Response:
        services.unlike_post(self.caller, slug)
        return Response(status=204)


@extend_schema(tags=["posts"])
class FeedViewSet(PostListViewSet):
    pagination_class = LatestPublishedFirst

    @extend_schema(
        parameters=[PageQuerySerializer],
        responses={**PAGE_OF_POSTS, **problems(401, 422)},
    )
    def list_feed(self, request: Request) -> Response:
        self.get_query(PageQuerySerializer)
        posts = Post.objects.published().followed_by(self.caller)
        return self.get_page(posts.summaries(request.user))


@extend_schema(tags=["posts"])
class DraftViewSet(PostListViewSet):
    pagination_class = NewestFirst

    @extend_schema(
        parameters=[PageQuerySerializer],
        responses={**PAGE_OF_POSTS, **problems(401, 422)},
    )
    def list_drafts(self, request: Request) -> Response:
        self.get_query(PageQuerySerializer)
        drafts = Post.objects.drafts().by(self.caller)
        return self.get_page(drafts.summaries(request.user))


@extend_schema(tags=["comments"])
class CommentViewSet(ApiViewSet):
    permission_classes = (IsAuthenticatedOrReadOnly,)
    pagination_class = OldestFirst
    conditional: ClassVar = {"list_comments": PRIVATE, "get_comment": PRIVATE}

    @extend_schema(
        parameters=[PageQuerySerializer, IF_NONE_MATCH],
        responses={
            200: CommentSerializer(many=True),
            **NOT_MODIFIED,
            **problems(401, 404, 422),
        },
    )
    def list_comments(self, request: Request, slug: str) -> Response:
        self.get_query(PageQuerySerializer)
        posts = Post.objects.visible_to(request.user).only("pk")
        post = get_object_or_404(posts, slug=slug)
        page: Any = self.paginate_queryset(post.comments.rows())
        return self.get_paginated_response(CommentSerializer(page, many=True).data)

    @extend_schema(
        request=NewCommentSerializer,
        responses={201: CommentSerializer, **problems(*BODY_PROBLEMS, 401, 404, 409)},
    )
    def create_comment(self, request: Request, slug: str) -> Response:
        new = self.get_body(NewCommentSerializer)
        comment = services.create_comment(self.caller, slug, **new)
        return created(CommentSerializer(comment), "comment", slug, comment["id"])

    @extend_schema(
        parameters=[IF_NONE_MATCH],
        responses={200: CommentSerializer, **NOT_MODIFIED, **problems(401, 404)},
    )
    def get_comment(self, request: Request, slug: str, comment_id: int) -> Response:
        posts = Post.objects.visible_to(request.user).filter(slug=slug)
        comments = Comment.objects.under(posts).rows()
        comment = get_object_or_404(comments, pk=comment_id)
        return Response(CommentSerializer(comment).data)

    @extend_schema(responses={**DONE, **problems(401, 403, 404)})
    def delete_comment(self, request: Request, slug: str, comment_id: int) -> Response:
        services.delete_comment(self.caller, slug, comment_id)
        return Response(status=204)


@extend_schema(tags=["tags"])
class TagViewSet(ApiViewSet):
    permission_classes = (AllowAny,)
    conditional: ClassVar = {"list_tags": SHARED, "get_tag": SHARED}

    @extend_schema(
        parameters=[IF_NONE_MATCH],
        responses={200: TagsSerializer, **NOT_MODIFIED, **problems(401)},
    )
    def list_tags(self, request: Request) -> Response:
        return Response(TagsSerializer({"items": Tag.objects.top(100)}).data)

    @extend_schema(
        parameters=[IF_NONE_MATCH],
        responses={200: TagSerializer, **NOT_MODIFIED, **problems(401, 404)},
    )
    def get_tag(self, request: Request, name: str) -> Response:
        tag = get_object_or_404(Tag.objects.called(name).counted())
        return Response(TagSerializer(tag).data)
