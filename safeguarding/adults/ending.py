"""What of concerns about adults keeps a child's record from ending? Who may not read them learns of none."""

from safeguarding.ending.reasons import keeps

from .models import StaffConcern

keeps("keeps_staff_concern", says="A concern about an adult that touches this child is open.", model=StaffConcern)
