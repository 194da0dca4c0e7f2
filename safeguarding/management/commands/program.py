"""`manage.py program web`: become one of Harbour's processes, where something else starts and watches them (a
container).
"""

import os
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from safeguarding.launch import programs
from safeguarding.printing.client import address


class Command(BaseCommand):
    help = (
        "Becomes the web server, the worker, what destroys, their clock, what backs up every night or the printer, "
        "with the settings of this process."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("program", choices=programs.NAMES)

    def handle(self, *args: Any, **options: Any) -> None:
        commands = {
            "web": programs.web(settings.HOST, settings.PORT, settings.WEB_WORKERS, settings.WEB_PROCESS_MB),
            "worker": programs.worker(),
            "destroyer": programs.destroyer(),
            "beat": programs.beat(),
            "backup": programs.backup(),
            "printer": programs.printer(address()),
        }
        command = commands[options["program"]]
        os.execv(command[0], command)
