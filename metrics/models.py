"""Series, the points that were pushed for them, and what all points of a time come to.

Points are kept for days; what dashboards and alerts read is in `Rollup`, for pushed and derived series alike.
"""

from django.db import models


class Series(models.Model):
    """One metric of one source with one set of attributes: what OpenTelemetry calls a timeseries."""

    id = models.BigAutoField(primary_key=True)
    project_id = models.BigIntegerField()
    hash = models.BinaryField(max_length=16)
    """Of all that tells it from others: see `metrics.incoming`."""
    name = models.TextField()
    kind = models.CharField(max_length=12)
    """gauge, sum, histogram, exponential, summary"""
    unit = models.TextField()
    description = models.TextField()
    temporality = models.CharField(max_length=10)
    """delta, cumulative, or empty where a kind has none."""
    is_monotonic = models.BooleanField()
    origin = models.CharField(max_length=8)
    """otlp or derived"""
    is_overflow = models.BooleanField(db_default=False)
    """It holds what came for further series of its metric than may be kept."""
    service_name = models.TextField()
    attributes = models.TextField()
    """JSON object of texts, keys in order: the labels that came with the points."""
    label_names = models.TextField(db_default="[]")
    """JSON list of the names among them."""
    resource = models.TextField(db_default="{}")
    """JSON object of texts, keys in order: the labels of whoever measured."""
    first_ns = models.BigIntegerField()
    last_ns = models.BigIntegerField()
    """Of the points that are rolled up, about."""
    points_since_ns = models.BigIntegerField(db_default=0)
    """Points before this have been let go."""
    minutes_since_ns = models.BigIntegerField(db_default=0)
    """Rollups of minutes before this have been let go."""

    class Meta:
        db_table = "metrics_series"
        constraints = [models.UniqueConstraint(fields=["project_id", "hash"], name="metrics_series_hash")]
        indexes = [models.Index(fields=["project_id", "name"], name="metrics_series_name")]


class Point(models.Model):
    """One pushed measurement, as sent."""

    pk = models.CompositePrimaryKey("series_id", "time_ns")
    series_id = models.BigIntegerField()
    time_ns = models.BigIntegerField()
    start_ns = models.BigIntegerField(null=True)
    """What a cumulative value counts from, what a delta is since; None when the sender did not say."""
    value = models.FloatField(null=True)
    """Of a gauge or a sum."""
    count = models.BigIntegerField(null=True)
    sum = models.FloatField(null=True)
    min = models.FloatField(null=True)
    max = models.FloatField(null=True)
    buckets = models.BinaryField(db_default=b"")
    """Of a histogram or a summary: `telemetry.points`. Empty when there are none."""
    exemplars = models.BinaryField(db_default=b"")
    """Where to look for an example: `telemetry.points`. Empty when there are none."""
    flags = models.BigIntegerField(db_default=0)
    """As sent, and bits of `telemetry.points`: why a value is missing."""

    class Meta:
        db_table = "metrics_point"


class Rollup(models.Model):
    """What the points of a series come to in one bucket of time. Computed from rows, replaced as a whole."""

    pk = models.CompositePrimaryKey("series_id", "level_s", "bucket_ns")
    series_id = models.BigIntegerField()
    level_s = models.IntegerField()
    """Length of the bucket: one of `metrics.levels.LEVELS_S`."""
    bucket_ns = models.BigIntegerField()
    """Begin of the bucket, a multiple of its length."""
    project_id = models.BigIntegerField()
    count = models.BigIntegerField()
    """Measurements: of a gauge or a sum its points, of a histogram or a summary what it counted."""
    sum = models.FloatField(null=True)
    """Of what was measured: of a gauge all its values, of a counter by how much it grew."""
    min = models.FloatField(null=True)
    max = models.FloatField(null=True)
    last = models.FloatField(null=True)
    """The newest value of a gauge or sum, as sent."""
    error_count = models.BigIntegerField(null=True)
    """Of `count`, how many failed; None when the series does not tell the two apart."""
    sketch = models.BinaryField(db_default=b"")
    """How what was measured is spread (`metrics.sketches`); empty for what has no spread."""

    class Meta:
        db_table = "metrics_rollup"


class DerivedWork(models.Model):
    """Minutes whose derived values are behind. Written with the rows, several times for one minute if need be.

    Not unique: a writer that finds a mark and relies on it could lose it to the job that is just taking it.
    """

    id = models.BigAutoField(primary_key=True)
    project_id = models.BigIntegerField()
    is_of_missions = models.BooleanField(db_default=False)
    """Which missions were active is behind, not what records come to."""
    bucket_ns = models.BigIntegerField()
    last_ns = models.BigIntegerField()
    """The last of the minutes that begin with `bucket_ns`."""

    class Meta:
        db_table = "metrics_work"


class Sample(models.Model):
    """One measurement of a mission or of its plan, made when it was computed: see `metrics.derive.samples`."""

    id = models.BigAutoField(primary_key=True)
    project_id = models.BigIntegerField()
    mission_id = models.BigIntegerField()
    metric = models.TextField()
    key = models.TextField()
    """Of what was measured, in its mission."""
    time_ns = models.BigIntegerField()
    value = models.FloatField()
    has_failed = models.BooleanField()
    labels = models.TextField()
    """JSON list of values, in the order of the metric's labels."""

    class Meta:
        db_table = "metrics_sample"
        indexes = [
            models.Index(fields=["project_id", "time_ns"], name="metrics_sample_time"),
            models.Index(fields=["mission_id"], name="metrics_sample_mission"),
        ]


class RollupWork(models.Model):
    """Rollups of series that are behind. Written with what they are made of, deleted once they are computed.

    Not unique, for the same reason.
    """

    id = models.BigAutoField(primary_key=True)
    project_id = models.BigIntegerField()
    level_s = models.IntegerField()
    """A minute's are made of points, longer ones of the level below."""
    bucket_ns = models.BigIntegerField()
    series_ids = models.BinaryField()
    """8 bytes an id, big-endian."""

    class Meta:
        db_table = "metrics_rollupwork"


class SavedDashboard(models.Model):
    """A dashboard that somebody of the project made, for all of it."""

    id = models.BigAutoField(primary_key=True)
    project_id = models.BigIntegerField()
    slug = models.CharField(max_length=24)
    """Random, in its address."""
    name = models.CharField(max_length=80)
    panels = models.TextField(db_default="[]")
    """JSON list of panels: `metrics.saved`."""
    revision = models.IntegerField(db_default=0)
    """Grows with every change: an edit of an older one is refused."""
    created_by_id = models.BigIntegerField(null=True)
    changed_ns = models.BigIntegerField()

    class Meta:
        db_table = "metrics_dashboard"
        constraints = [models.UniqueConstraint(fields=["project_id", "slug"], name="metrics_dashboard_slug")]
