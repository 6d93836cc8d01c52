"""PostgreSQL must not try to compress what is compressed already."""

from django.db import migrations


def set_storage(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE bodies_pack ALTER COLUMN data SET STORAGE EXTERNAL")


class Migration(migrations.Migration):
    dependencies = [("bodies", "0001_initial")]
    operations = [migrations.RunPython(set_storage, migrations.RunPython.noop)]
