"""Which items of the privacy notice do concerns hold?"""

from safeguarding.notice_items import holds

from .models import Concern

holds(11, what="Concerns, with all that is decided and done", by=Concern, page="concern")
