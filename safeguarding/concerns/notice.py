"""What do concerns say in the privacy notice? What they are used for, and what they are called there."""

from collections.abc import Iterable

from safeguarding.personal_data import Sensitive, categorised
from safeguarding.privacy_notice import Asked, Block, Section, bullets, tells

_USES = (
    "keep them safe",
    "support them and follow their progress",
    "give them pastoral care",
    "check the quality of what we do",
    "evaluate and improve our policies on children’s social care",
)


def _uses(asked: Asked) -> Iterable[Block]:
    yield bullets(_USES)


categorised("concerns", "Notes of concern, and what was decided and done", Sensitive.SPECIAL, Sensitive.OFFENCES)
tells(Section.USE, _uses, order=20)
