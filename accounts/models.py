"""Users, projects (the tenants), who belongs to them, their API keys, and what people changed."""

import secrets
import time
from functools import partial
from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models


class Role(models.TextChoices):
    """What a member may do: each role includes those after it."""

    OWNER = "owner"
    MEMBER = "member"
    VIEWER = "viewer"


class Scope(models.TextChoices):
    """What a key may do."""

    INGEST = "ingest"
    ERRORS = "errors"
    READ = "read"
    ADMIN = "admin"


class User(AbstractUser):
    """A person who logs in. `is_superuser` marks an administrator of the installation."""


class Project(models.Model):
    """A tenant: every telemetry row belongs to exactly one."""

    slug = models.SlugField(max_length=64, unique=True)
    name = models.CharField(max_length=200)
    redaction_key = models.BinaryField(max_length=32, default=partial(secrets.token_bytes, 32), editable=False)
    """The same secret gets the same placeholder within one project, and only there."""
    created_ns = models.BigIntegerField(default=time.time_ns)

    def __str__(self) -> str:
        return self.slug


class Membership(models.Model):
    """A user's role in a project."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=16, choices=Role.choices)
    created_ns = models.BigIntegerField(default=time.time_ns)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "user"], name="accounts_membership_unique"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="accounts_membership_role"),
        ]

    def __str__(self) -> str:
        return f"{self.user} is {self.role} of {self.project}"


class ApiKey(models.Model):
    """A key of a project. A secret one is shown once and never stored."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=200)
    prefix = models.CharField(max_length=16)
    """The first characters, so that people can tell keys apart."""
    hash = models.CharField(max_length=64, unique=True)
    """SHA-256 of the key, in hex."""
    scopes = models.JSONField()
    """List of Scope values."""
    public_key = models.CharField(max_length=200, default="")
    """The key itself when it may do nothing but what every visitor of a page may: report errors. Else empty."""
    created_ns = models.BigIntegerField(default=time.time_ns)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    last_used_ns = models.BigIntegerField(null=True)
    """Within a minute of the truth."""
    revoked_ns = models.BigIntegerField(null=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


class AuditEvent(models.Model):
    """One thing somebody changed. Only ever added."""

    project = models.ForeignKey(Project, on_delete=models.SET_NULL, null=True, related_name="+")
    user = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    time_ns = models.BigIntegerField(default=time.time_ns)
    action = models.CharField(max_length=64)
    """Stable code such as `api_key.created`."""
    detail = models.JSONField(default=dict)
    """What it was done to; never a secret."""

    class Meta:
        indexes: ClassVar = [models.Index(fields=["project", "-time_ns"], name="accounts_audit_recent")]

    def __str__(self) -> str:
        return f"{self.action} at {self.time_ns}"
