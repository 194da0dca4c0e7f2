"""Who may write the rows of files from other schools that facts read? That a file came keeps the record of its child,
and opens no row; from which day its proof is kept, who destroys the child's record writes down.
"""

from safeguarding.rights_rows import keep
from safeguarding.rights_rows.conditions import NEVER
from safeguarding.rights_rows.kinds import change, gives

keep(
    {"received.filereceived": gives("NEW.counted_from IS NULL", change(NEVER, "counted_from"), closed=False)},
)
