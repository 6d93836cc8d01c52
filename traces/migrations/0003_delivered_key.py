from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("traces", "0002_mission_user"),
    ]

    operations = [
        migrations.AddField(
            model_name="tracebinding",
            name="delivered_key",
            field=models.TextField(null=True),
        ),
    ]
