"""What must the rest of Harbour know of files from other schools?"""

from safeguarding.concerns.models import EarlierBatch
from safeguarding.records import Refused, declare, reads

from .models import FileReceived

declare(
    FileReceived,
    called=("file from another school", "files from other schools"),
    page="received_file",
    searched=Refused("it says that a file came; what the file says is searched among earlier records"),
    followed=Refused("each of its moves is an event"),
    needed_by=("receipts",),
)
reads("receipts", EarlierBatch)
