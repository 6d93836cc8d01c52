# The tables of metrics.

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="DerivedWork",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("project_id", models.BigIntegerField()),
                ("is_of_missions", models.BooleanField(db_default=False)),
                ("bucket_ns", models.BigIntegerField()),
                ("last_ns", models.BigIntegerField()),
            ],
            options={
                "db_table": "metrics_work",
            },
        ),
        migrations.CreateModel(
            name="Sample",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("project_id", models.BigIntegerField()),
                ("mission_id", models.BigIntegerField()),
                ("metric", models.TextField()),
                ("key", models.TextField()),
                ("time_ns", models.BigIntegerField()),
                ("value", models.FloatField()),
                ("has_failed", models.BooleanField()),
                ("labels", models.TextField()),
            ],
            options={
                "db_table": "metrics_sample",
                "indexes": [
                    models.Index(fields=["project_id", "time_ns"], name="metrics_sample_time"),
                    models.Index(fields=["mission_id"], name="metrics_sample_mission"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Point",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "series_id", "time_ns", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("series_id", models.BigIntegerField()),
                ("time_ns", models.BigIntegerField()),
                ("start_ns", models.BigIntegerField(null=True)),
                ("value", models.FloatField(null=True)),
                ("count", models.BigIntegerField(null=True)),
                ("sum", models.FloatField(null=True)),
                ("min", models.FloatField(null=True)),
                ("max", models.FloatField(null=True)),
                ("buckets", models.BinaryField(db_default=b"")),
                ("exemplars", models.BinaryField(db_default=b"")),
                ("flags", models.BigIntegerField(db_default=0)),
            ],
            options={
                "db_table": "metrics_point",
            },
        ),
        migrations.CreateModel(
            name="RollupWork",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("project_id", models.BigIntegerField()),
                ("level_s", models.IntegerField()),
                ("bucket_ns", models.BigIntegerField()),
                ("series_ids", models.BinaryField()),
            ],
            options={
                "db_table": "metrics_rollupwork",
            },
        ),
        migrations.CreateModel(
            name="Rollup",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "series_id",
                        "level_s",
                        "bucket_ns",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("series_id", models.BigIntegerField()),
                ("level_s", models.IntegerField()),
                ("bucket_ns", models.BigIntegerField()),
                ("project_id", models.BigIntegerField()),
                ("count", models.BigIntegerField()),
                ("sum", models.FloatField(null=True)),
                ("min", models.FloatField(null=True)),
                ("max", models.FloatField(null=True)),
                ("last", models.FloatField(null=True)),
                ("error_count", models.BigIntegerField(null=True)),
                ("sketch", models.BinaryField(db_default=b"")),
            ],
            options={
                "db_table": "metrics_rollup",
            },
        ),
        migrations.CreateModel(
            name="Series",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("project_id", models.BigIntegerField()),
                ("hash", models.BinaryField(max_length=16)),
                ("name", models.TextField()),
                ("kind", models.CharField(max_length=12)),
                ("unit", models.TextField()),
                ("description", models.TextField()),
                ("temporality", models.CharField(max_length=10)),
                ("is_monotonic", models.BooleanField()),
                ("origin", models.CharField(max_length=8)),
                ("is_overflow", models.BooleanField(db_default=False)),
                ("service_name", models.TextField()),
                ("attributes", models.TextField()),
                ("label_names", models.TextField(db_default="[]")),
                ("resource", models.TextField(db_default="{}")),
                ("first_ns", models.BigIntegerField()),
                ("last_ns", models.BigIntegerField()),
                ("points_since_ns", models.BigIntegerField(db_default=0)),
                ("minutes_since_ns", models.BigIntegerField(db_default=0)),
            ],
            options={
                "db_table": "metrics_series",
                "indexes": [models.Index(fields=["project_id", "name"], name="metrics_series_name")],
                "constraints": [models.UniqueConstraint(fields=("project_id", "hash"), name="metrics_series_hash")],
            },
        ),
    ]
