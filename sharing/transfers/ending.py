"""What of a file to the next school keeps a child's record, and from which day does the school's own copy end?"""

from safeguarding.ending.dates import since
from safeguarding.ending.reasons import fills, keeps

from .models import FileTransfer

keeps("keeps_open_transfer", says="The file to the next school is not settled.", model=FileTransfer, of=("child_file",))
since("receipt", "since_receipt")
fills("fills_transfer", says="There is or was a file to the next school.", model=FileTransfer)
