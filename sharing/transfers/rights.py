"""Which rows of files to the next school give rights, or take some?

How a file stands keeps the child's record, and lets the period of the own copy begin: who sends files writes that, or
the machine, and nobody who only reads them. Nobody sees more or less by any row.
"""

from safeguarding.rights_rows import keep
from safeguarding.rights_rows.conditions import NEVER, SYSTEM, either, may
from safeguarding.rights_rows.kinds import Neither, change, gives

_SENDS = either(SYSTEM, may("send_files"), "NEW.child_id = ANY (rules.sharing_standing_in(me))")
_STANDS = (
    "status",
    "own_copy",
    "because",
    *(f"{stamp}_{end}" for stamp in ("confirmed", "stopped", "sent", "received", "settled") for end in ("at", "by_id")),
)

keep(
    {
        # Dates follow the register, and the child goes with its record: those are none of this guard's business.
        "transfers.filetransfer": gives(_SENDS, change(_SENDS, *_STANDS), change(NEVER, "counted_from"), closed=False),
        "transfers.filesending": Neither("it says what was built and sent, and opens or shuts no other row"),
    }
)
