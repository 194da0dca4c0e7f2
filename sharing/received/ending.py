"""What of files from other schools is on a child's record, and from which day does the proof end?"""

from safeguarding.ending.kinds import period
from safeguarding.ending.reasons import fills, keeps
from safeguarding.ending.removal import before
from safeguarding.ending.signs import sign

from .models import FileReceived
from .services.proving import write_down

period(
    "file_received",
    FileReceived,
    rules={"R18": "file_received_since"},
    called=("Proof that a file came", "Proofs that files came"),
    child="child",
    plain=True,
    hidden="file_received_hidden",
)
before(write_down)
# What was answered of it goes with it.
keeps(
    "keeps_sign_received",
    says="By it the child’s record is kept under the long rule for abuse, or nobody has said yet whether it is.",
    model=FileReceived,
    of=("file_received",),
)

fills("fills_received", says="Another school sent a file.", model=FileReceived)

_CODES = {"RECEIVED": "a file from another school"}
# That it came is no secret to who reads the record: what it says is on it.
sign("received", model=FileReceived, codes=_CODES, says=_CODES.__getitem__)
