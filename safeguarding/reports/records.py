"""What must the rest of Harbour know of a file that was taken out?"""

from safeguarding.audit.models import LogEntry
from safeguarding.records import declare, needs

from .models import Export

declare(Export, page="export", needed_by=("exports",))
needs("exports", LogEntry)
