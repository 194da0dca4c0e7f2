"""Which answer to a referral makes a child one in need, and on which day did the agency answer?"""

from datetime import date

from django.utils import timezone

from safeguarding.concerns.models import Agency, Referral, ReferralStep

# What a referral leads to, and the step of it that its answer is.
LEADS_TO, ACKNOWLEDGEMENT = "child_in_need", "acknowledgement"


def leads_on(referral: Referral) -> bool:
    """Whether the answer is that social care will assess, or that a strategy discussion is held."""
    if referral.status != Referral.Status.ANSWERED:
        return False
    accepted = (referral.agency, referral.answer) == (Agency.SOCIAL_CARE, Referral.Answer.ACCEPTED)
    return accepted or referral.answer == Referral.Answer.STRATEGY


def answered_on(referral: Referral) -> date | None:
    """The day of the first answer; None where nobody has answered."""
    steps = ReferralStep.objects.filter(referral=referral, kind=ReferralStep.Kind.ANSWERED)
    first = steps.order_by("happened_at", "pk").values_list("happened_at", flat=True).first()
    return timezone.localdate(first) if first else None
