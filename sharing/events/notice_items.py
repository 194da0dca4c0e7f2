"""What do consents hold of a child that the privacy notice lists?"""

from safeguarding.notice_items import holds

from .models import Consent

holds(what="Consents to sharing, and refusals", by=Consent, page="child_sharing")
