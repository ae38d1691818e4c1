from django.db import migrations

from common.operations import plain_foreign_keys


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        plain_foreign_keys(
            "refresh_tokens", "password_resets", "web_sessions", "follows"
        )
    ]
