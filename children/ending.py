"""What keeps a child's record from ending, and from which days do its periods run?"""

from safeguarding.ending.dates import since
from safeguarding.ending.kinds import period
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
    Photograph,
)

keeps("keeps_on_roll", says="The child is on the school’s roll.", model=Child, of=("child_file",))
keeps(
    "keeps_part", says="It has become part of another record, and ends with that one.", model=Child, of=("child_file",)
)
keeps(
    "keeps_merge_asked",
    says="Somebody asks whether another record is of the same child.",
    model=ChildMerge,
    of=("child_file",),
)

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

period(
    "child_file",
    Child,
    # Its own function weighs them (`retention/periods.py`): what they count from is said below, and by other apps.
    rules={
        "R01": "since_receipt",
        "R02": "since_birth",
        "R03": "since_birth",
        "R05": "since_birth",
        "R07": "since_birth",
        "R09b": "since_moved",
    },
    called=("Safeguarding file", "Safeguarding files"),
    own_scan=True,
)
period(
    "photograph",
    Photograph,
    rules={"R16": "photograph_over"},
    called=("Photograph", "Photographs"),
    child="child",
)

since("birth", "since_birth")
since("death", "since_death")
since("left", "since_left")
since("moved", "since_moved")
