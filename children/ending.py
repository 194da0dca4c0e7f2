"""What keeps a child's record from ending, and from which days do its periods run?"""

from safeguarding.ending.dates import since
from safeguarding.ending.reasons import keeps

from .models import Child, ChildMerge

keeps("keeps_on_roll", says="The child is on the school’s roll.", model=Child)
keeps("keeps_part", says="It has become part of another record, and ends with that one.", model=Child)
keeps("keeps_merge_asked", says="Somebody asks whether another record is of the same child.", model=ChildMerge)

since("birth", "since_birth")
since("death", "since_death")
since("left", "since_left")
since("photograph_over", "since_photograph_over")
