"""What happens to concerns when two records of a child become one, and what are they called where they are counted?"""

from collections.abc import Iterator
from functools import partial
from uuid import UUID

from django.db import transaction

from children.models import Child
from children.services.merging import also_counted, when_merged
from children.services.merging.told import Counted, See
from safeguarding.accounts.models import User
from safeguarding.audit.protection import known_of
from safeguarding.concerns.models import ConcernChild
from safeguarding.concerns.subjects import KIND
from safeguarding.following import places
from safeguarding.records import of_concerns
from safeguarding.sealing.services.keeping import share
from safeguarding.sealing.subjects import Subject


@when_merged
def wrap_keys(child: Child, by: User) -> None:
    """The key of each concern that names the child opens by the child's key too: of those nobody here may see as well.

    That it opened by the key of the other record is taken back at night (`sealing/services/checking.py`).
    """
    concerns = {key: [Subject.child(child.pk)] for key in known_of("concerns_of_child", child.pk)}
    if concerns:
        transaction.on_commit(partial(share, KIND, concerns), robust=True)


@also_counted
def with_concerns(see: See, child: UUID) -> Iterator[Counted]:
    """What comes with the concerns of a record: what hangs on them and names no child itself, where it has a word."""
    named = list(see(ConcernChild).filter(child=child).values_list("concern_id", flat=True))
    by_themselves = {place.model for place in places()}
    for record in of_concerns() if named else ():
        if record.called and record.model not in by_themselves:
            yield Counted(see(record.model).filter(concern__in=named).count(), *record.called)
