"""Why prints are not told with a child's record."""

from safeguarding.parts import left_out

from .models import PrintJob

left_out(
    PrintJob,
    called="Pages on their way to paper",
    because="It is a copy of a page on its way to paper, kept for a day. The record it was made of is told.",
)
