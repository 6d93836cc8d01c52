"""The accounts of a first start: an administrator, the project `default`, its first API key."""

import secrets
from typing import NamedTuple

from django.db import transaction

from accounts.actions import create_api_key, create_project, create_user
from accounts.models import User
from accounts.records import SCOPES

FIRST_USER = "admin"
FIRST_PROJECT = "default"


class FirstAccounts(NamedTuple):
    """What somebody needs to get in. Shown once."""

    username: str
    password: str
    key: str
    """All scopes of the project `default`."""
    is_password_generated: bool
    is_key_generated: bool


def make_first_accounts(*, username: str, password: str, key: str) -> FirstAccounts | None:
    """Make them when there is no user yet, else None; what is empty is chosen or generated."""
    with transaction.atomic():
        if User.objects.exists():
            return None
        chosen_password = password or secrets.token_urlsafe(12)
        user = create_user(username or FIRST_USER, chosen_password, is_administrator=True)
        project = create_project(FIRST_PROJECT, "Default", owner=user)
        made = create_api_key(project, "first key", SCOPES, by=user, key=key)
    return FirstAccounts(user.username, chosen_password, made.key, not password, not key)
