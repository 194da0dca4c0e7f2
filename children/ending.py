"""What keeps a child's record from ending, and from which days do its periods run?"""

from safeguarding.ending.dates import since
from safeguarding.ending.reasons import fills, keeps

from .models import (
    Child,
    ChildDetail,
    ChildFile,
    ChildGrant,
    ChildMerge,
    ChildTeamGrant,
    ContactRestriction,
    EmergencyAccess,
)

keeps("keeps_on_roll", says="The child is on the school’s roll.", model=Child)
keeps("keeps_part", says="It has become part of another record, and ends with that one.", model=Child)
keeps("keeps_merge_asked", says="Somebody asks whether another record is of the same child.", model=ChildMerge)

fills("fills_order", says="There is a court order for the child, or for a brother or sister.", model=ContactRestriction)
fills(
    "fills_details",
    says="The child’s details show care, a plan for special needs or a confidential address.",
    model=ChildDetail,
)
fills("fills_file", says="There is a document about the child.", model=ChildFile)
fills("fills_grant", says="Access to the record was given by name.", model=ChildGrant)
fills("fills_team_grant", says="Access to the record was given to a team.", model=ChildTeamGrant)
fills("fills_emergency", says="The record was opened in an emergency.", model=EmergencyAccess)

since("birth", "since_birth")
since("death", "since_death")
since("left", "since_left")
since("photograph_over", "since_photograph_over")
since("moved", "since_moved")
