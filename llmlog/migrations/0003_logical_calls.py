"""A model call knows the answer it saw and the logical call it belongs to."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("llmlog", "0002_attempt_count")]

    operations = [
        migrations.AddField("llmcall", "response_id", models.TextField(db_default="")),
        migrations.AddField("llmcall", "call_id", models.TextField(db_default="")),
        migrations.AddField("llmcall", "is_attempt", models.BooleanField(db_default=False)),
    ]
