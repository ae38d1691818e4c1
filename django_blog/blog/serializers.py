"""What posts, comments and tags look like on the wire."""

from typing import Any

from rest_framework import serializers

from accounts.serializers import AuthorSerializer
from blog.managers import Row
from blog.models import Status
from common.fields import (
    SearchField,
    StrictCharField,
    StrictChoiceField,
    StrictIntegerField,
    StrictListField,
    TimestampField,
)
from common.pagination import PageQuerySerializer
from common.validation import TAG_NAME, RequestSerializer, fold, format_timestamp


class TitleField(StrictCharField):
    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=200, **options)


class PostBodyField(StrictCharField):
    def __init__(self, **options: Any) -> None:
        super().__init__(
            max_length=100_000, lines=True, trim_whitespace=False, **options
        )


class TagNameField(StrictCharField):
    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=30, pattern=TAG_NAME, **options)

    def to_internal_value(self, data: Any) -> str:
        return fold(super().to_internal_value(data))


class TagsField(StrictListField):
    def __init__(self, **options: Any) -> None:
        super().__init__(child=TagNameField(), max_length=10, **options)

    def to_internal_value(self, data: Any) -> list[str]:
        return sorted(set(super().to_internal_value(data)))


class CommentBodyField(StrictCharField):
    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=5000, lines=True, **options)


class FilterField(serializers.CharField):
    """A name to filter by, which may be anything: what nobody has finds nothing."""

    def __init__(self) -> None:
        message = "String should have at least 1 character"
        super().__init__(
            required=False, trim_whitespace=False, error_messages={"blank": message}
        )
        self.validators = []


class NewPostSerializer(RequestSerializer):
    title = TitleField()
    body = PostBodyField()
    tags = TagsField(default=list)
    status = StrictChoiceField(Status.choices, default=Status.DRAFT.value)


class PostChangesSerializer(RequestSerializer):
    title = TitleField(required=False)
    body = PostBodyField(required=False)
    tags = TagsField(required=False)
    status = StrictChoiceField(Status.choices, required=False)
    version = StrictIntegerField(min_value=1, max_value=2**31 - 1, required=False)


class PostQuerySerializer(PageQuerySerializer):
    tag = FilterField()
    author = FilterField()
    liked_by = FilterField()
    q = SearchField(required=False)


class NewCommentSerializer(RequestSerializer):
    body = CommentBodyField()


# Idiom: REST framework would copy each row field by field, which takes longer than the
# query. What the database holds was checked when it came in: these fields document, and
# to_representation writes all of them at once.
class PostSummarySerializer(serializers.Serializer[Row]):
    slug = serializers.CharField()
    title = serializers.CharField()
    excerpt = serializers.CharField()
    status = serializers.ChoiceField(Status.choices)
    tags = serializers.ListField(child=serializers.CharField())
    author = AuthorSerializer()
    likes_count = serializers.IntegerField()
    is_liked = serializers.BooleanField()
    comments_count = serializers.IntegerField()
    version = serializers.IntegerField()
    created_at = TimestampField()
    updated_at = TimestampField()
    published_at = TimestampField(allow_null=True)

    def to_representation(self, row: Row) -> Row:
        published_at = row["published_at"]
        return {
            "slug": row["slug"],
            "title": row["title"],
            "excerpt": row["excerpt"],
            "status": row["status"],
            "tags": row["tags"],
            "author": _author(row),
            "likes_count": row["likes_count"],
            "is_liked": row["is_liked"],
            "comments_count": row["comments_count"],
            "version": row["version"],
            "created_at": format_timestamp(row["created_at"]),
            "updated_at": format_timestamp(row["updated_at"]),
            "published_at": format_timestamp(published_at) if published_at else None,
        }


class PostSerializer(PostSummarySerializer):
    body = serializers.CharField()
    body_html = serializers.CharField()

    def to_representation(self, row: Row) -> Row:
        texts = {"body": row["body"], "body_html": row["body_html"]}
        return super().to_representation(row) | texts


class CommentSerializer(serializers.Serializer[Row]):
    id = serializers.IntegerField()
    body = serializers.CharField()
    author = AuthorSerializer()
    created_at = TimestampField()

    def to_representation(self, row: Row) -> Row:
        return {
            "id": row["id"],
            "body": row["body"],
            "author": _author(row),
            "created_at": format_timestamp(row["created_at"]),
        }


def _author(row: Row) -> Row:
    return {"username": row["author__username"], "bio": row["author__bio"]}


class TagSerializer(serializers.Serializer[Row]):
    name = serializers.CharField()
    posts_count = serializers.IntegerField()


class TagsSerializer(serializers.Serializer[Row]):
    items = TagSerializer(many=True)
