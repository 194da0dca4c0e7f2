"""Why neither the event log nor the history of fields is told with a child's record."""

from safeguarding.parts import left_out

from .models import Event, LogEntry

left_out(
    Event,
    called="The event log",
    because="It says who did something and when. It is evidence about members of staff, and names no child.",
)
left_out(
    LogEntry,
    called="What facts were before they were changed",
    because="It holds what a fact was before somebody changed it. The fact stands in the record itself.",
)
