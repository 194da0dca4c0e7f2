"""Who may write what the register of training says? It gives nobody sight of a record; the school shows it to others.

Whoever keeps the register notes training in their own name, and withdraws it: of a record nothing else changes, not by
SQL either. That somebody has read a guidance is said by nobody but themselves.
"""

from safeguarding.rights_rows import keep
from safeguarding.rights_rows.conditions import both, ended_once, may
from safeguarding.rights_rows.kinds import gives

_KEEPS, _MANAGES = may("keep_training"), may("manage_school")

keep(
    {
        "training.trainingrecord": gives(
            both("NEW.noted_by_id = me", "NEW.withdrawn_at IS NULL", _KEEPS),
            ended_once(_KEEPS, at="withdrawn_at", by="withdrawn_by_id"),
        ),
        "training.guidanceread": gives("NEW.user_id = me"),
        # Harbour's own are written by `migrate` alone.
        "training.course": gives(both("NEW.made_by_id = me", "NEW.ended_at IS NULL", _MANAGES), ended_once(_MANAGES)),
    }
)
