"""What of concerns about adults keeps a child's record from ending, and by which rules do they end themselves? Who may
not read them learns of none.
"""

from safeguarding.ending.kinds import ADULTS, period
from safeguarding.ending.reasons import Of, fills, keeps
from safeguarding.ending.removal import before

from .models import StaffConcern
from .services.naming import write_down
from .services.rulings import KIND

keeps(
    "keeps_staff_concern",
    says="A concern about an adult that touches this child is open.",
    model=StaffConcern,
    of=Of.CHILD,
)
fills("fills_staff_concern", says="A concern about an adult touches or touched this child.", model=StaffConcern)

period(
    KIND,
    StaffConcern,
    rules={"R10": "since_harm", "R10b": "since_removed", "R11": "since_low_level"},
    called=("Concern about an adult", "Concerns about adults"),
    hidden="hidden_staff_concerns",
    known_by="reference",
    group=ADULTS,
)
before(write_down)
