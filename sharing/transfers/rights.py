"""Which rows of files to the next school give rights, or take some? None: facts read them, and nobody sees more or less
by writing one.
"""

from safeguarding.rights_rows import keep
from safeguarding.rights_rows.kinds import Neither

keep(
    {
        "transfers.filetransfer": Neither("it says that a file has to follow, and opens or shuts no other row"),
        "transfers.filesending": Neither("it says what was built and sent, and opens or shuts no other row"),
    }
)
