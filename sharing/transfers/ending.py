"""What of a file to the next school keeps a child's record, and from which day do the own copy and the proof end?"""

from safeguarding.ending.dates import since
from safeguarding.ending.kinds import period
from safeguarding.ending.reasons import fills, keeps
from safeguarding.ending.removal import before

from .models import FileTransfer
from .services.proving import write_down

period(
    "file_sent",
    FileTransfer,
    rules={"R18": "file_sent_since"},
    called=("Proof that a file was sent", "Proofs that files were sent"),
    child="child",
    plain=True,
    hidden="file_sent_hidden",
)
before(write_down)

keeps("keeps_open_transfer", says="The file to the next school is not settled.", model=FileTransfer, of=("child_file",))
since("receipt", "since_receipt")
fills("fills_transfer", says="There is or was a file to the next school.", model=FileTransfer)
