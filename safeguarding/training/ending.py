"""How long are training, its certificates and the guidance that somebody read kept? Six years after they left (R22)."""

from safeguarding.ending.kinds import period

from .models import GuidanceRead, TrainingRecord

period(
    "training",
    TrainingRecord,
    rules={"R22": "training_over"},
    called=("Training of a member of staff", "Training of staff"),
    plain=True,
    known_by="user",
)
period(
    "guidance_read",
    GuidanceRead,
    rules={"R22": "guidance_read_over"},
    called=("Guidance that a member of staff read", "Guidance that staff read"),
    plain=True,
    known_by="user",
)
