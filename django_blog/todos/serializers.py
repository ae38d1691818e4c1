"""What to-dos look like on the wire."""

from rest_framework import serializers

from blog.serializers import TitleField
from common.fields import (
    DayField,
    StrictBooleanField,
    StrictCharField,
    StrictChoiceField,
    StrictIntegerField,
    TimestampField,
)
from common.pagination import PageQuerySerializer
from common.validation import RequestSerializer
from todos.models import Todo

TRUE, FALSE = "true", "false"


class NotesField(StrictCharField):
    def __init__(self) -> None:
        super().__init__(max_length=5000, allow_blank=True, lines=True, required=False)


class PositionField(StrictIntegerField):
    def __init__(self) -> None:
        super().__init__(min_value=-(2**31), max_value=2**31 - 1, required=False)


class NewTodoSerializer(RequestSerializer):
    title = TitleField()
    notes = NotesField()
    due_on = DayField(allow_null=True, required=False)
    position = PositionField()


class TodoChangesSerializer(RequestSerializer):
    title = TitleField(required=False)
    notes = NotesField()
    completed = StrictBooleanField(required=False)
    due_on = DayField(allow_null=True, required=False)
    position = PositionField()


class TodoQuerySerializer(PageQuerySerializer):
    completed = StrictChoiceField([(TRUE, TRUE), (FALSE, FALSE)], required=False)


class CompletedTodosSerializer(serializers.Serializer[None]):
    """`completed=true` must be given, so that nothing is deleted by mistake."""

    completed = StrictChoiceField([(TRUE, TRUE)])


class TodoSerializer(serializers.ModelSerializer[Todo]):
    created_at = TimestampField()
    updated_at = TimestampField()
    completed_at = TimestampField(allow_null=True)

    class Meta:
        model = Todo
        fields = (
            "id",
            "title",
            "notes",
            "completed",
            "due_on",
            "position",
            "created_at",
            "updated_at",
            "completed_at",
        )
        read_only_fields = fields
