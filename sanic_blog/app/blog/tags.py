"""Tags: of one post, and counted over all that are published."""

from collections.abc import Sequence

from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.blog import models
from app.blog.models import Post, PostTag
from app.blog.queries import PUBLISHED, find_tags
from app.blog.schemas import Tag, Tags
from app.database import Reader, ascii_lower, insert_once
from app.errors import NotFound
from app.validation import fold


async def set_tags(session: AsyncSession, post_id: int, names: Sequence[str]) -> bool:
    """Replaces a locked post's tags, given sorted; tells whether anything changed."""
    if names == (await find_tags(session, [post_id])).get(post_id, []):
        return False
    await session.execute(delete(PostTag).where(PostTag.post_id == post_id))
    tag_ids = [await _get_or_create(session, name) for name in names]
    session.add_all(PostTag(post_id=post_id, tag_id=tag_id) for tag_id in tag_ids)
    await session.flush()
    return True


async def _get_or_create(session: AsyncSession, name: str) -> int:
    statement = select(models.Tag.id).where(models.Tag.name == name)
    tag_id = await session.scalar(statement)
    if tag_id is None:
        await insert_once(session, models.Tag(name=name))
        tag_id = (await session.scalars(statement)).one()
    return tag_id


COUNTED = (
    select(models.Tag.name, func.count().label("posts_count"))
    .join(PostTag, PostTag.tag_id == models.Tag.id)
    .join(Post, Post.id == PostTag.post_id)
    .where(PUBLISHED)
    .group_by(models.Tag.name)
)
MOST_USED = COUNTED.order_by(func.count().desc(), ascii_lower(models.Tag.name)).limit(
    100
)
ONE_TAG = COUNTED.where(models.Tag.name == bindparam("name"))


async def list_tags(reader: Reader) -> Tags:
    rows = await reader.execute(MOST_USED)
    return Tags(items=[Tag.model_validate(row) for row in rows])


async def get_tag(reader: Reader, name: str) -> Tag:
    """Raises NotFound for a tag without a published post."""
    row = (await reader.execute(ONE_TAG, {"name": fold(name)})).one_or_none()
    if row is None:
        raise NotFound
    return Tag.model_validate(row)
