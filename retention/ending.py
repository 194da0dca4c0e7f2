"""What of retention keeps a record from ending, and how is what was destroyed destroyed again?"""

from safeguarding.ending.reasons import NOT_DUE, fills, keeps
from safeguarding.sealing.services.replaying import Replay, replays

from .models import LegalHold, Mark, RetentionDate, Statement
from .services.replaying import destroy_again, undone

keeps("keeps_hold", says="A hold keeps this record.", model=LegalHold)
keeps("keeps_changed_date", says="Its date or its rule changed in the last 30 days.", model=RetentionDate)
keeps("keeps_not_due", says="Its time is not over.", model=RetentionDate, is_open=True)
keeps(
    "keeps_sign",
    says="A safeguarding lead has still to say whether the long rule for abuse applies.",
    model=RetentionDate,
    unseen=NOT_DUE,
)
keeps(
    "keeps_answer",
    says="Since its date was worked out, somebody said whether the long rule for abuse applies, or what ends.",
    model=RetentionDate,
    unseen=NOT_DUE,
)
keeps("keeps_filled", says="Something is on this record.", model=RetentionDate, fills=True)
fills("fills_statement", says="A safeguarding lead has made a statement about this record.", model=Statement)
fills("fills_mark", says="A safeguarding lead has said whether the long rule for abuse applies.", model=Mark)

replays(Replay(undone, destroy_again))
