"""What must the rest of Harbour know of the record of events?"""

from safeguarding.records import Kind, Refused, declare

from .models import Checkpoint, Event, Leaf, LogEntry, SealState

declare(LogEntry, followed=Refused("the history itself: it is added to and never changed"))
declare(Event, Leaf, Checkpoint, SealState, kind=Kind.INFRASTRUCTURE)
