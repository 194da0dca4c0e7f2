"""What must the rest of Harbour know of a print?"""

from safeguarding.audit.models import LogEntry
from safeguarding.records import declare, needs

from .models import PrintJob

declare(PrintJob, page="print_job", needed_by=("prints",), read_by=("files",))
needs("prints", LogEntry)
