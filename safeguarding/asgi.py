"""The entry point of the web server: the WSGI application, behind what takes in bodies and sends files slowly
(`front/`), and what ends this process where it hangs.
"""

import asyncio

from django.db import connections

from safeguarding.wsgi import application as pages

from safeguarding.front.application import Front  # isort: skip  (needs Django)
from safeguarding.front.room import raise_open_files, refuse_too_many_connections  # isort: skip
from safeguarding.front.watchdog import Watchdog  # isort: skip

raise_open_files()
refuse_too_many_connections()
# Those of the checks: pages have their own.
connections.close_all()
application = Front(pages)
# The web server has made the loop, and runs it in a moment.
Watchdog(application.at_work, asyncio.get_event_loop()).start()
