"""What do requests about data hold of a child that the privacy notice lists?"""

from safeguarding.notice_items import holds

from .models import RightsRequest

holds(what="Requests about data, and what was given", by=RightsRequest, page="requests")
