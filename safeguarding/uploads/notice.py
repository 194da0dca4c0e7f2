"""What do files say in the privacy notice? That they are looked through for viruses, while the scanner answers."""

from datetime import datetime

from safeguarding.privacy_notice import secures

from .services.scanning import scanner_standing


def _answers(at: datetime) -> bool:
    now = scanner_standing(at=at)
    return now.is_set_up and bool(now.check and now.check.answered_at) and not now.needs_a_hand


secures(
    "scanner",
    lambda: "Files that people attach are looked through for viruses before anybody opens them.",
    passes=_answers,
)
