from django.db import migrations

from common.operations import plain_foreign_keys


class Migration(migrations.Migration):
    dependencies = [("todos", "0001_initial")]

    operations = [plain_foreign_keys("todos")]
