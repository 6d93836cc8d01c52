"""What records say about plans. The plan itself is computed from it (plans/building/) and not stored."""

from django.db import models


class Fact(models.Model):
    """What one log record says: its facts, encoded. It shares the record's key, mission and number."""

    log_pk = models.BigIntegerField(primary_key=True)
    project_id = models.BigIntegerField()
    mission_id = models.BigIntegerField()
    trace_id = models.BinaryField(max_length=16, null=True)
    time_ns = models.BigIntegerField()
    is_inferred = models.BooleanField(db_default=False)
    """Its mission was concluded from other records (plans/attribution.py)."""
    data = models.BinaryField()
    change_seq = models.BigIntegerField()

    class Meta:
        db_table = "plans_fact"
        indexes = [
            models.Index(fields=["mission_id", "change_seq"], name="plans_fact_mission"),
            models.Index(fields=["project_id", "time_ns"], name="plans_fact_time"),
            models.Index(
                fields=["project_id", "trace_id"], condition=models.Q(trace_id__isnull=False), name="plans_fact_trace"
            ),
        ]


class AttributionWork(models.Model):
    """A mission of records that name none: other missions may own them. Written with the rows, taken by the job."""

    mission_id = models.BigIntegerField(primary_key=True)
    project_id = models.BigIntegerField()
    seen_pk = models.BigIntegerField(db_default=0)
    """The project's newest log record when it was last looked at: nothing changes before there is a newer one."""

    class Meta:
        db_table = "plans_attributionwork"
