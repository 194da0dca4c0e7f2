"""Changes every row of a protected table, and drops a column that a policy of today names."""

from typing import Any

from django.db import migrations


def every_level(apps: Any, editor: Any) -> None:
    apps.get_model("concerns", "Concern")._base_manager.update(level=2)


class Migration(migrations.Migration):
    dependencies = [("concerns", "0001_initial")]
    operations = [
        migrations.RunPython(every_level, migrations.RunPython.noop),
        migrations.RemoveField("kepttext", "author"),
    ]
