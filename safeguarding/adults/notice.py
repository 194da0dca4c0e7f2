"""What are concerns about adults called in the privacy notice? They are about adults, and may name a child."""

from safeguarding.personal_data import Sensitive, categorised

categorised(
    "adults",
    "Concerns about an adult who works here, where they name a child",
    Sensitive.SPECIAL,
    Sensitive.OFFENCES,
)
