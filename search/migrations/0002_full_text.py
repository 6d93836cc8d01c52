"""The full-text tables: FTS5 on SQLite, a tsvector with GIN on PostgreSQL. Both hold the same words."""

from django.db import migrations

SQLITE = (
    "CREATE VIRTUAL TABLE search_words USING fts5("
    "words, content='', detail='none', columnsize=0, tokenize=\"unicode61 remove_diacritics 0\")"
)
POSTGRESQL = (
    "CREATE TABLE search_words (document_id bigint PRIMARY KEY, project_id bigint NOT NULL, words tsvector NOT NULL)",
    "CREATE INDEX search_words_words ON search_words USING gin (words)",
)


def create(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for statement in POSTGRESQL:
            schema_editor.execute(statement)
    else:
        schema_editor.execute(SQLITE)


def drop(apps, schema_editor):
    schema_editor.execute("DROP TABLE search_words")


class Migration(migrations.Migration):
    dependencies = [("search", "0001_initial")]
    operations = [migrations.RunPython(create, drop)]
