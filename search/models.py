"""Full text: each distinct text once per project, and the missions it was seen in."""

from django.db import models


class Document(models.Model):
    """A distinct text. Its words are in the full-text table under the same key."""

    id = models.BigAutoField(primary_key=True)
    project_id = models.BigIntegerField()
    hash = models.BinaryField(max_length=16)

    class Meta:
        db_table = "search_document"
        constraints = [models.UniqueConstraint(fields=["project_id", "hash"], name="search_document_hash")]


class Entry(models.Model):
    """The first place in a mission where a document was seen."""

    id = models.BigAutoField(primary_key=True)
    document_id = models.BigIntegerField()
    mission_id = models.BigIntegerField()
    record_type = models.CharField(max_length=10)
    """span or log"""
    record_pk = models.BigIntegerField()
    field = models.CharField(max_length=10)
    """prompt, reply, arguments, result, name, log, state, other"""

    class Meta:
        db_table = "search_entry"
        constraints = [models.UniqueConstraint(fields=["document_id", "mission_id"], name="search_entry_place")]
        indexes = [models.Index(fields=["mission_id"], name="search_entry_mission")]


class QueueItem(models.Model):
    """Stored records that are not yet indexed. Written with them, deleted once they are."""

    id = models.BigAutoField(primary_key=True)
    project_id = models.BigIntegerField()
    created_ns = models.BigIntegerField()
    record_type = models.CharField(max_length=10)
    record_pks = models.BinaryField()
    """8 bytes a key, big-endian."""

    class Meta:
        db_table = "search_queueitem"
