#!/usr/bin/env python3
"""Harbour's command line. `manage.py up` starts everything; `manage.py help` lists the rest."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "safeguarding.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    from safeguarding.commands import choose_role, require_address

    choose_role(sys.argv[1:], os.environ)
    try:
        require_address(sys.argv[1:])
        if sys.argv[1:2] == ["up"]:
            _start()
        else:
            execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        # Its sentence says which setting and what to do: for whoever installs, where it came from helps nobody.
        if "--traceback" in sys.argv:
            raise
        sys.exit(f"Harbour cannot start: {error}")


def _start() -> None:
    """Without the apps: who starts the other processes and watches them stays as long as they do."""
    from safeguarding.management.commands.up import Command

    Command().run_from_argv(sys.argv)


if __name__ == "__main__":
    main()
