from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("traces", "0003_delivered_key")]

    operations = [
        migrations.AddIndex(
            model_name="log",
            index=models.Index(
                condition=models.Q(("span_id__isnull", False)), fields=["project_id", "span_id"], name="traces_log_span"
            ),
        ),
    ]
