"""What must the rest of Harbour know of the tables of the scanner, and what does looking at files need?"""

from safeguarding.audit.models import LogEntry
from safeguarding.records import Kind, declare, needs

from .models import ScannerCheck

declare(ScannerCheck, kind=Kind.INFRASTRUCTURE)
needs("files", LogEntry)
