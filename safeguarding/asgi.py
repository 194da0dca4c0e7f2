"""The entry point of the web server: the WSGI application, behind what takes in bodies and sends files slowly
(`front/`).
"""

from django.db import connections

from safeguarding.wsgi import application as pages

from safeguarding.front.application import Front  # isort: skip  (needs Django)
from safeguarding.front.room import raise_open_files, refuse_too_many_connections  # isort: skip

raise_open_files()
refuse_too_many_connections()
# Those of the checks: pages have their own.
connections.close_all()
application = Front(pages)
