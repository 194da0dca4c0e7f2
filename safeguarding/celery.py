"""The queue. Tasks take ids and call one service; what must happen is a row, the queue is only its doorbell."""

import gc
import os
from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import worker_init

from safeguarding.queues import DESTRUCTION

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "safeguarding.settings")
app = Celery("harbour")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# What ends for good is the work of a process of its own.
app.conf.task_routes = {
    "safeguarding.sealing.tasks.sweep": {"queue": DESTRUCTION},
    "retention.tasks.destroy": {"queue": DESTRUCTION},
    "retention.tasks.clear": {"queue": DESTRUCTION},
    "retention.tasks.empty": {"queue": DESTRUCTION},
}


@worker_init.connect
def _know_own_tasks_alone(**_: Any) -> None:
    """Whoever can write to the queue has `destroyer` do nothing but what it is there for."""
    from django.conf import settings

    if settings.ROLE == "destroyer":
        for name in list(app.tasks):
            if name not in app.conf.task_routes and not name.startswith("celery."):
                app.tasks.unregister(name)


@worker_init.connect
def _refuse_what_was_destroyed(**_: Any) -> None:
    """As the web server: nobody works on a backup that has in it what was destroyed."""
    from safeguarding.sealing.services.replaying import refuse_unreplayed

    refuse_unreplayed()


@worker_init.connect
def _share_what_was_loaded(**_: Any) -> None:
    """Leave Harbour's code in memory once: the collector would write to each page of it in every child."""
    gc.collect()
    gc.freeze()


# Intervals in seconds. The rows are the truth: a beat that was missed is made good by the next.
app.conf.beat_schedule = {
    "calls": {"task": "safeguarding.concerns.tasks.escalate", "schedule": 15.0, "options": {"expires": 15}},
    "mail": {"task": "safeguarding.accounts.tasks.deliver_notices", "schedule": 30.0, "options": {"expires": 30}},
    "imports": {"task": "children.tasks.work_on_imports", "schedule": 60.0, "options": {"expires": 60}},
    "pupil lists": {"task": "children.tasks.take_pupil_lists", "schedule": 300.0, "options": {"expires": 300}},
    "earlier records": {
        "task": "safeguarding.concerns.tasks.work_on_all_earlier_records",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "receipts": {
        "task": "sharing.received.tasks.sign_all_receipts",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "scans": {"task": "safeguarding.uploads.tasks.scan", "schedule": 30.0, "options": {"expires": 30}},
    "prints": {"task": "safeguarding.printing.tasks.work_on_prints", "schedule": 5.0, "options": {"expires": 5}},
    "lists to take out": {
        "task": "safeguarding.reports.tasks.make_exports",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "stray files": {"task": "safeguarding.uploads.tasks.strays", "schedule": 3600.0, "options": {"expires": 3600}},
    "sheets": {"task": "safeguarding.concerns.tasks.sheets", "schedule": 600.0, "options": {"expires": 600}},
    "unread": {"task": "safeguarding.concerns.tasks.chase", "schedule": 300.0, "options": {"expires": 300}},
    "cover": {"task": "safeguarding.concerns.tasks.cover", "schedule": 300.0, "options": {"expires": 300}},
    "silence": {"task": "safeguarding.concerns.tasks.silence", "schedule": 900.0, "options": {"expires": 900}},
    "reminders": {"task": "safeguarding.concerns.tasks.reminders", "schedule": 900.0, "options": {"expires": 900}},
    "dates of plans": {"task": "safeguarding.plans.tasks.dates", "schedule": 900.0, "options": {"expires": 900}},
    "privacy notices": {"task": "sharing.notice.tasks.papers", "schedule": 60.0, "options": {"expires": 60}},
    # After the schedule of the night has begun rules, and before anybody works.
    "promises of privacy notices": {
        "task": "sharing.notice.tasks.promises",
        "schedule": crontab(hour=6, minute=50),
        "options": {"expires": 3600},
    },
    "missing days": {"task": "safeguarding.plans.tasks.missing_days", "schedule": 3600.0, "options": {"expires": 3600}},
    "files to next schools": {
        "task": "sharing.transfers.tasks.keep",
        "schedule": 900.0,
        "options": {"expires": 900},
    },
    "files that wait to be built": {
        "task": "sharing.transfers.tasks.build_files",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "requests that wait to be gathered": {
        "task": "sharing.requests.gathering_tasks.gather_requests",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "answers that wait to be made": {
        "task": "sharing.requests.building_tasks.build_answers",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "reports that wait to be counted": {
        "task": "safeguarding.governors.tasks.count_reports",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "seals": {"task": "safeguarding.audit.tasks.seal", "schedule": 60.0, "options": {"expires": 60}},
    "readers of concerns about adults": {
        "task": "safeguarding.adults.tasks.ask_for_readers",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    # A worker that was away then looks when it starts.
    "walls": {
        "task": "safeguarding.tasks.check_walls",
        "schedule": crontab(hour=3, minute=10),
        "options": {"expires": 3600},
    },
    # Once a day, from an hour on: each looks whether it is due.
    "keys": {"task": "safeguarding.sealing.tasks.check", "schedule": 300.0, "options": {"expires": 300}},
    # As `walls`; the process that destroys looks when it starts.
    "spent keys": {
        "task": "safeguarding.sealing.tasks.sweep",
        "schedule": crontab(hour=2, minute=40),
        "options": {"expires": 3600},
    },
    "retention dates": {
        "task": "retention.tasks.work_out_dates",
        "schedule": crontab(hour=1, minute=30),
        "options": {"expires": 3600},
    },
    # After the night's backup, and what it verifies; before anybody works.
    "self-check": {
        "task": "safeguarding.self_check.tasks.look",
        "schedule": crontab(hour=5, minute=40),
        "options": {"expires": 3600},
    },
    # What waits in the queue for longer than this is dropped: a row that grows old tells that the queue does not move.
    "queue": {"task": "safeguarding.self_check.tasks.queue_seen", "schedule": 60.0, "options": {"expires": 60}},
    # When nobody works, and the backup of the night has been made. A table that is in use is left for the next night.
    "tables that lost rows": {
        "task": "retention.tasks.clear",
        "schedule": crontab(hour=4, minute=20),
        "options": {"expires": 3600},
    },
    # After the backup of the night, and before tables are written again.
    "accounts of those who left": {
        "task": "retention.tasks.empty",
        "schedule": crontab(hour=2, minute=55),
        "options": {"expires": 3600},
    },
    "reviews of holds": {
        "task": "retention.tasks.review_holds",
        "schedule": crontab(hour=7, minute=5),
        "options": {"expires": 3600},
    },
    # Each thing is told once: a morning on which the worker was away is made good by the next.
    "training that is due": {
        "task": "safeguarding.training.tasks.reminders",
        "schedule": crontab(hour=6, minute=35),
        "options": {"expires": 3600},
    },
    "requests that fall due": {
        "task": "sharing.requests.tasks.reminders",
        "schedule": 900.0,
        "options": {"expires": 900},
    },
    "receipts of sharing": {"task": "sharing.events.tasks.receipts", "schedule": 900.0, "options": {"expires": 900}},
    # The rows are what is to be done: a knock on the door that was lost is made good by the next.
    "destruction lists": {"task": "retention.tasks.close", "schedule": 300.0, "options": {"expires": 300}},
    "destruction": {"task": "retention.tasks.destroy", "schedule": 300.0, "options": {"expires": 300}},
    "stopped destruction": {"task": "retention.tasks.brakes", "schedule": 300.0, "options": {"expires": 300}},
    "backups": {"task": "safeguarding.sealing.tasks.note_backups", "schedule": 300.0, "options": {"expires": 300}},
    "verification": {"task": "safeguarding.audit.tasks.verify", "schedule": 300.0, "options": {"expires": 300}},
    "newest seal": {
        "task": "safeguarding.accounts.tasks.mail_newest_seal",
        "schedule": 300.0,
        "options": {"expires": 300},
    },
}
