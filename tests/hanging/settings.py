"""The settings of an installation that has the pages of `tests/hanging/pages.py` beside its own."""

from safeguarding.settings import *  # noqa: F403

ROOT_URLCONF = "tests.hanging.pages"
