"""Who may see what an earlier system had, and who brings it in and takes it out again?"""

from typing import Any

from django.db.models import Q

from children.capabilities import ChildCapability
from children.permissions import behind_the_card
from safeguarding.accounts.permissions import may
from safeguarding.accounts.roles import Capability
from safeguarding.audit.protection import Rule, among, fact, rule
from safeguarding.concerns.capabilities import ConcernCapability
from safeguarding.concerns.models import EarlierBatch, EarlierFile, EarlierPdf, EarlierRecord, EarlierRow, EarlierUpload
from safeguarding.uploads.permissions import decided_by


@rule(EarlierRecord)
@rule(EarlierFile)
def earlier_records_seen(me: Any) -> Rule:
    """What an earlier system or school had on a child: for those who read concerns, and for whom the record is open;
    until it is withdrawn. What another school had restricted, and what it says of an adoption, is for leads alone.
    """
    behind = behind_the_card(me, "child_id", Capability.VIEW_CONCERNS)
    stands = ~among("batch_id", fact("withdrawn_batches", me))
    leads = among("school_id", fact("schools_with", me, ConcernCapability.VIEW_RESTRICTED))
    open_to = Q(readers="") | leads
    return Rule(because={name: rows & open_to & stands for name, rows in behind.because.items()}, never=behind.never)


@rule(EarlierBatch)
@rule(EarlierUpload)
def batches_seen(me: Any) -> Rule:
    """Which files were brought in from an earlier system: for those who may."""
    return Rule(because={"role": among("school_id", fact("schools_with", me, ChildCapability.IMPORT_EARLIER_RECORDS))})


@rule(EarlierRow)
@rule(EarlierPdf)
def on_their_way_seen(me: Any) -> Rule:
    """What such a file says, before it is on a record: less what is about a child hidden from whoever brings it in."""
    return Rule(
        because={"role": among("school_id", fact("schools_with", me, ChildCapability.IMPORT_EARLIER_RECORDS))},
        never=among("child_id", fact("hidden_children", me)),
    )


def may_import_earlier(user: Any, batch: EarlierBatch) -> bool:
    """Who takes such files further, and takes out again what they became. Without a person it is the worker."""
    return user is None or may(user, ChildCapability.IMPORT_EARLIER_RECORDS, batch.school_id)


def may_confirm_earlier(user: Any, batch: EarlierBatch) -> bool:
    """Who gave the files: children are looked for among those whom that person sees, and so is what the page shows."""
    return may_import_earlier(user, batch) and user is not None and user.pk == batch.uploaded_by_id


def may_decide_earlier_file(user: Any, file: EarlierFile) -> bool:
    """Who withholds such a file, and takes it out."""
    return may(user, Capability.DECIDE_CONCERNS, file.school_id)


decided_by(EarlierFile, may_decide_earlier_file)
