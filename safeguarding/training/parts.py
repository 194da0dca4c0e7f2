"""Why the training of staff is not told with a child's record. People have their own from “My training”."""

from safeguarding.parts import left_out

from .models import Certificate, GuidanceRead, TrainingRecord

left_out(
    TrainingRecord,
    Certificate,
    GuidanceRead,
    called="Training of staff",
    because="It is about a member of staff and no child. Each person has all of it under their own name.",
)
