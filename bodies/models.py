"""Tables of long texts: each distinct text once per project, many of them compressed in one pack."""

from django.db import models


class Pack(models.Model):
    """One zstd frame of about 128 kB of concatenated items."""

    id = models.BigAutoField(primary_key=True)
    project_id = models.BigIntegerField()
    data = models.BinaryField()

    class Meta:
        db_table = "bodies_pack"


class Body(models.Model):
    """Where the text with this hash lies."""

    id = models.BigAutoField(primary_key=True)
    project_id = models.BigIntegerField()
    hash = models.BinaryField(max_length=16)
    """blake2b-128 of the UTF-8 bytes."""
    pack_id = models.BigIntegerField()
    start = models.IntegerField()
    length = models.IntegerField()

    class Meta:
        db_table = "bodies_body"
        constraints = [models.UniqueConstraint(fields=["project_id", "hash"], name="bodies_body_hash")]
