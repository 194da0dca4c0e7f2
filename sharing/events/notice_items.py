"""What do consents and decisions to share hold of a child that the privacy notice lists?"""

from safeguarding.notice_items import holds

from .models import Consent, SharingEvent

holds(what="Consents to sharing, and refusals", by=Consent, page="child_sharing")
holds(what="Decisions to share, and not to share", by=SharingEvent, page="child_sharing")
