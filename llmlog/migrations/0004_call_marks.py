"""A model call knows whether its answer came from a cache, and whether it is the JSON that was asked for."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("llmlog", "0003_logical_calls")]

    operations = [
        migrations.AddField("llmcall", "from_cache", models.BooleanField(db_default=False)),
        migrations.AddField("llmcall", "is_invalid_json", models.BooleanField(db_default=False)),
    ]
