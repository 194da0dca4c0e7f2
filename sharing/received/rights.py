"""Who may write the rows of files from other schools that facts read? No row of theirs opens or shuts another."""

from safeguarding.rights_rows import keep
from safeguarding.rights_rows.kinds import Neither

keep({"received.filereceived": Neither("that a file came keeps the record of its child, and opens no row")})
