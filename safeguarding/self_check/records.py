"""What must the rest of Harbour know of the tables of the self-check?"""

from safeguarding.records import Kind, declare

from .models import CheckResult, QueueSeen, RestoreDrill

declare(CheckResult, QueueSeen, kind=Kind.INFRASTRUCTURE)
declare(RestoreDrill, kind=Kind.REFERENCE)
