"""Where does the web server listen, how long may a connection take, how large may a body be? Read from the environment
by the settings.

`front/` keeps to it; docs/adr/slow-connections.md says why.
"""

import os

from safeguarding.environment import number

__all__ = [
    "BODIES_TOGETHER",
    "DATA_UPLOAD_MAX_MEMORY_SIZE",
    "DATA_UPLOAD_MAX_NUMBER_FIELDS",
    "FILES_SECONDS",
    "FORM_SECONDS",
    "LEAST_SPEED",
    "MOST_OF_A_STRANGER",
    "MOST_TEXT",
    "MOST_WITH_FILES",
    "PORT",
    "SLOW_AFTER",
    "WEB_PROCESS_MB",
    "WEB_THREADS",
    "WEB_WORKERS",
]

PORT = number("PORT", 8000, least=1, most=65535)
# Processes that answer pages. More than four answer no school faster, and each takes 150 MB.
WEB_WORKERS = number("WEB_WORKERS", min(os.cpu_count() or 1, 4), least=1, most=1000)
# Pages at work at once in each web process. Each has a connection to both databases, which it keeps.
WEB_THREADS = number("WEB_THREADS", 2, least=1, most=16)
# What is sent or fetched more slowly than this, in bytes a second and after so many seconds, is ended.
LEAST_SPEED = number("LEAST_SPEED", 10_000, least=1, most=10**9)
SLOW_AFTER = number("SLOW_AFTER", 20, least=1, most=3600)
# How long a form may be on its way, and one with files.
FORM_SECONDS = number("FORM_SECONDS", 120, least=1, most=3600)
FILES_SECONDS = number("FILES_SECONDS", 1800, least=1, most=86400)
# How large: a form without files, and how many fields it may have.
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 2**20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
# A form of somebody who need not be signed in; one with text of any length; one with files (uploads/kinds.py).
MOST_OF_A_STRANGER, MOST_TEXT, MOST_WITH_FILES = 256 * 2**10, 32 * 2**20, 104 * 2**20
# What all bodies that are not answered yet hold in all web processes together.
BODIES_TOGETHER = number("BODIES_TOGETHER_MB", 256, least=16, most=65536) * 2**20
# A web process that stays above so many megabytes is replaced by a fresh one. Above what it holds with all bodies in
# it.
WEB_PROCESS_MB = number("WEB_PROCESS_MB", 450, least=200, most=65536)
