"""What of concerns about adults keeps a child's record from ending? Who may not read them learns of none."""

from safeguarding.ending.reasons import Of, fills, keeps
from safeguarding.ending.removal import before

from .models import StaffConcern
from .services.naming import write_down

keeps(
    "keeps_staff_concern",
    says="A concern about an adult that touches this child is open.",
    model=StaffConcern,
    of=Of.CHILD,
)
fills("fills_staff_concern", says="A concern about an adult touches or touched this child.", model=StaffConcern)

before(write_down)
