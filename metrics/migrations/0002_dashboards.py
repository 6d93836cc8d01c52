# The dashboards that people save.

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("metrics", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="SavedDashboard",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("project_id", models.BigIntegerField()),
                ("slug", models.CharField(max_length=24)),
                ("name", models.CharField(max_length=80)),
                ("panels", models.TextField(db_default="[]")),
                ("revision", models.IntegerField(db_default=0)),
                ("created_by_id", models.BigIntegerField(null=True)),
                ("changed_ns", models.BigIntegerField()),
            ],
            options={
                "db_table": "metrics_dashboard",
                "constraints": [models.UniqueConstraint(fields=("project_id", "slug"), name="metrics_dashboard_slug")],
            },
        ),
    ]
