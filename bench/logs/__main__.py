"""`python -m bench.logs`: questions to a million log records, in the database of the settings, which must be its own.

Give it MISSIONSCOPE_DATA_DIR, or DATABASE_URL, of a place that holds nothing else. What was filled is asked again.
"""

import json
import os


def main() -> None:
    """Make the tables, fill them where they are empty, ask; a line of JSON for each question."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "missionscope.settings"
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from accounts.models import Project
    from bench.logs.asking import measure
    from bench.logs.filling import fill
    from traces.models import Log

    call_command("migrate", verbosity=0)
    project, _ = Project.objects.get_or_create(slug="bench-logs", defaults={"name": "bench-logs"})
    assert not Log.objects.exclude(project_id=project.pk).exists(), "this database has log records of its own"
    if not Log.objects.exists():
        print(json.dumps({"database": connection.vendor, "filling_s": round(fill(project.pk), 1)}), flush=True)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE" if connection.vendor == "postgresql" else "PRAGMA optimize")
    loads = os.getloadavg()[0]
    for name, told in measure(project.pk).items():
        print(json.dumps({"question": name, **told}), flush=True)
    print(json.dumps({"load_average": [round(loads, 1), round(os.getloadavg()[0], 1)]}))


if __name__ == "__main__":
    main()
