"""The entry point of the web server. Nothing is served from behind a wall that is not there."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "safeguarding.settings")
application = get_wsgi_application()

from safeguarding.row_security import refuse_unguarded  # noqa: E402  (needs Django)
from safeguarding.sealing.services.replaying import refuse_unreplayed  # noqa: E402
from safeguarding.sealing.services.setting_up import refuse_without_keys  # noqa: E402

refuse_unguarded()
refuse_without_keys()
refuse_unreplayed()
