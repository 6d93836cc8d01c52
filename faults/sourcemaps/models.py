"""The table of uploaded source maps."""

from django.db import models


class SourceMap(models.Model):
    """The source map of one minified file, redacted."""

    id = models.BigAutoField(primary_key=True)
    project_id = models.BigIntegerField()
    release = models.TextField(db_default="")
    url = models.TextField(db_default="")
    """Of the minified file, without query: as pages load it, or `~/path` for any host."""
    debug_id = models.CharField(max_length=32, db_default="")
    """32 hexadecimal digits; empty for a file that is told by release and URL."""
    digest = models.BinaryField(max_length=16)
    """Of what is kept."""
    source_map = models.BinaryField()
    """zstd."""
    minified = models.BinaryField(null=True)
    """zstd; the file itself tells the names of functions. None: it was not sent, or could not be redacted in place."""
    size_bytes = models.BigIntegerField()
    """Of both, as kept and not compressed."""
    redacted_count = models.IntegerField(db_default=0)
    uploaded_ns = models.BigIntegerField()

    class Meta:
        db_table = "faults_sourcemap"
        constraints = [
            models.UniqueConstraint(
                fields=["project_id", "debug_id"], condition=~models.Q(debug_id=""), name="faults_sourcemap_debug_id"
            ),
            models.UniqueConstraint(
                fields=["project_id", "release", "url"],
                condition=models.Q(debug_id=""),
                name="faults_sourcemap_file",
            ),
        ]
        indexes = [models.Index(fields=["project_id", "release", "url"], name="faults_sourcemap_release")]
