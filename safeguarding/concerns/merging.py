"""What happens to concerns when two records of a child become one, and what are they called where they are counted?"""

from collections.abc import Iterator
from functools import partial
from uuid import UUID

from django.db import transaction

from children.models import Child
from children.services.merging import also_counted, told_as, when_merged
from children.services.merging.told import Counted, See
from safeguarding.audit.protection import known_of
from safeguarding.concerns.models import (
    Action,
    Attachment,
    ChronologyEntry,
    ConcernChild,
    ContactMade,
    EarlierFile,
    EarlierRecord,
    Meeting,
    PastoralNote,
    Referral,
    SupportPlan,
)
from safeguarding.concerns.subjects import KIND
from safeguarding.sealing.services.keeping import share
from safeguarding.sealing.subjects import Subject

# What hangs on the concerns of a child, and comes with them.
_WITH_THEM = (
    (Action, "action", "actions"),
    (ContactMade, "contact", "contacts"),
    (Referral, "referral", "referrals"),
    (Meeting, "meeting", "meetings"),
    (Attachment, "file of a concern", "files of concerns"),
)


@when_merged
def wrap_keys(child: Child) -> None:
    """The key of each concern that names the child opens by the child's key too: of those nobody here may see as well.

    That it opened by the key of the other record is taken back at night (`sealing/services/checking.py`).
    """
    concerns = {key: [Subject.child(child.pk)] for key in known_of("concerns_of_child", child.pk)}
    if concerns:
        transaction.on_commit(partial(share, KIND, concerns), robust=True)


@also_counted
def with_concerns(see: See, child: UUID) -> Iterator[Counted]:
    """What comes with the concerns of a record."""
    named = list(see(ConcernChild).filter(child=child).values_list("concern_id", flat=True))
    for model, one, many in _WITH_THEM if named else ():
        yield Counted(see(model).filter(concern__in=named).count(), one, many)


told_as(ConcernChild, "concern", "concerns", name=lambda row: f"Concern {row.concern.reference}")
told_as(EarlierRecord, "record of an earlier system", "records of an earlier system")
told_as(EarlierFile, "file of an earlier system", "files of an earlier system")
told_as(PastoralNote, "pastoral note", "pastoral notes", name=lambda row: f"Note of {row.happened_on:%d.%m.%Y}")
told_as(SupportPlan, "plan of support", "plans of support", name=lambda row: f"Plan from {row.starts_on:%d.%m.%Y}")
told_as(
    ChronologyEntry,
    "entry added to the chronology",
    "entries added to the chronology",
)
