"""The full-text tables: FTS5 on SQLite, a tsvector with GIN on PostgreSQL. Both hold the same words.

`search_words`: of a distinct text. `search_logwords`: of a log record.
"""

from django.db import migrations

_FTS5 = "fts5(words, content='', detail='none', columnsize=0, tokenize=\"unicode61 remove_diacritics 0\")"
SQLITE = (
    f"CREATE VIRTUAL TABLE search_words USING {_FTS5}",
    f"CREATE VIRTUAL TABLE search_logwords USING {_FTS5}",
)
POSTGRESQL = (
    "CREATE TABLE search_words (document_id bigint PRIMARY KEY, project_id bigint NOT NULL, words tsvector NOT NULL)",
    "CREATE INDEX search_words_words ON search_words USING gin (words)",
    "CREATE TABLE search_logwords (log_pk bigint PRIMARY KEY, project_id bigint NOT NULL, words tsvector NOT NULL)",
    "CREATE INDEX search_logwords_words ON search_logwords USING gin (words)",
)


def create(apps, schema_editor):
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


def drop(apps, schema_editor):
    schema_editor.execute("DROP TABLE search_words")
    schema_editor.execute("DROP TABLE search_logwords")


class Migration(migrations.Migration):
    dependencies = [("search", "0001_initial")]
    operations = [migrations.RunPython(create, drop)]
