"""Who may see the training of staff, and who may note it?

Read aloud: *a record of training, its certificate, and that somebody has read a guidance are seen by the person
themselves, and by who keeps the register at that school. Nobody else sees them.*
"""

from typing import Any

from django.db.models import Q

from safeguarding.accounts.models import User
from safeguarding.accounts.permissions import may
from safeguarding.accounts.roles import Capability, only_they
from safeguarding.audit.protection import Rule, among, fact, rule
from safeguarding.exceptions import NotAllowed
from safeguarding.uploads.permissions import decided_by

from .capabilities import TrainingCapability as C
from .models import Certificate, GuidanceRead, TrainingRecord

KEEPERS = only_they(C.KEEP_TRAINING, "of this school keep the register of training")


@rule(TrainingRecord)
@rule(GuidanceRead)
@rule(Certificate)
def training_seen(me: Any) -> Rule:
    """One's own, wherever it was noted; and every one of a school for who keeps its register."""
    return Rule(because={"own": Q(user=me), "role": among("school_id", fact("schools_with", me, C.KEEP_TRAINING))})


def may_keep(user: User, record: TrainingRecord | Certificate) -> bool:
    """Who notes training, and withdraws what was noted."""
    return may(user, C.KEEP_TRAINING, record.school_id)


def ensure_attaches(by: User, training: TrainingRecord) -> None:
    """Raise `NotAllowed` for somebody whose training it is not, and who does not keep the register."""
    if by.pk != training.user_id and not may_keep(by, training):
        raise NotAllowed(KEEPERS)


def may_decide_certificate(user: User, file: Certificate) -> bool:
    """Who withholds a certificate and takes it out: keepers who decide about files elsewhere too."""
    return may_keep(user, file) and may(user, Capability.DECIDE_CONCERNS, file.school_id)


decided_by(Certificate, may_decide_certificate)
