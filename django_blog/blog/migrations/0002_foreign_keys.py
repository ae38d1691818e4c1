from django.db import migrations

from common.operations import plain_foreign_keys


class Migration(migrations.Migration):
    dependencies = [("blog", "0001_initial")]

    operations = [plain_foreign_keys("posts", "post_tags", "comments", "likes")]
