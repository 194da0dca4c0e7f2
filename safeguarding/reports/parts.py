"""Why files that were taken out are not told with a child's record."""

from safeguarding.parts import left_out

from .models import Export

left_out(
    Export,
    called="Lists that somebody took out",
    because="It is a copy of a list, kept for seven days. The records it was made of are told.",
)
