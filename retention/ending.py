"""What of retention keeps a record from ending, and how is what was destroyed destroyed again?"""

from safeguarding.ending.reasons import NOT_DUE, Of, fills, keeps
from safeguarding.sealing.services.replaying import Replay, replays

from .models import LegalHold, Mark, RetentionDate, Statement
from .periods import CHILD_FILE
from .services.replaying import destroy_again, undone

keeps("keeps_hold", says="A hold keeps this record.", model=LegalHold, of=Of.CHILD)
keeps("keeps_record_hold", says="A hold keeps this record.", model=LegalHold, of=Of.EACH)
keeps("keeps_changed_date", says="Its date or its rule changed in the last 30 days.", model=RetentionDate, of=Of.EACH)
keeps("keeps_not_due", says="It is not due yet.", model=RetentionDate, of=Of.EACH, is_open=True)
# From the moment on which it is needed again, and not from the next scan: as a child comes back.
keeps(
    "keeps_day_changed",
    says="The day from which its period counts has changed.",
    model=RetentionDate,
    of=Of.EACH,
    is_open=True,
)
keeps(
    "keeps_sign",
    says="A safeguarding lead has still to say whether the long rule for abuse applies.",
    model=RetentionDate,
    of=(CHILD_FILE,),
    unseen=NOT_DUE,
)
keeps(
    "keeps_answer",
    says="A decision about the long rule for abuse is newer than its date, which is worked out again tonight.",
    model=RetentionDate,
    of=(CHILD_FILE,),
    unseen=NOT_DUE,
)
keeps("keeps_filled", says="Something is on this record.", model=RetentionDate, of=(CHILD_FILE,), fills=True)
fills("fills_statement", says="A safeguarding lead has made a statement about this record.", model=Statement)
fills("fills_mark", says="A safeguarding lead has said whether the long rule for abuse applies.", model=Mark)

replays(Replay(undone, destroy_again))
