"""Which firings a message tells of, as rows: filled from the messages that are there."""

import json

from django.db import migrations, models

BATCH = 500


def fill(apps, schema_editor):
    message, link = apps.get_model("alerts", "OutboxMessage"), apps.get_model("alerts", "MessageFiring")
    after = 0
    while rows := list(message.objects.filter(id__gt=after).order_by("id").values_list("id", "content")[:BATCH]):
        for pk, content in rows:
            told = {int(each["id"]) for each in json.loads(content)["alerts"] if each["id"].isdigit()}
            links = [link(firing_id=firing, message_id=pk) for firing in sorted(told)]
            link.objects.bulk_create(links, batch_size=100)
        after = rows[-1][0]


class Migration(migrations.Migration):
    dependencies = [("alerts", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="MessageFiring",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("firing_id", models.BigIntegerField()),
                ("message_id", models.BigIntegerField()),
            ],
            options={
                "db_table": "alerts_messagefiring",
                "indexes": [models.Index(fields=["message_id"], name="alerts_messagefiring_message")],
                "constraints": [
                    models.UniqueConstraint(fields=("firing_id", "message_id"), name="alerts_messagefiring_pair")
                ],
            },
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
