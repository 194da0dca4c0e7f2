"""What does each part of the record put into a child's chronology?

`concern` what hangs on the concerns that tell of it in full (`concerns/told.py`) · `apart` the line or the story of the
others · `mentioned` that words mention the child · `work` referrals, contacts, meetings · `pastoral` notes and plans ·
`earlier` what an earlier system had ·
`merged` two records that became one.
"""

from .apart import LINKED
from .concern import CONCERN
from .earlier import EARLIER
from .mentioned import MENTIONED
from .merged import MERGED
from .pastoral import PASTORAL
from .work import WORK

SOURCES = (*CONCERN, LINKED, MENTIONED, *EARLIER, *MERGED, *PASTORAL, *WORK)
