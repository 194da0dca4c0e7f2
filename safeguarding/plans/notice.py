"""What do plans say in the privacy notice? What they are used for, and that some tell of offences."""

from collections.abc import Iterable

from safeguarding.notice_items import holdings
from safeguarding.personal_data import Sensitive, categorised
from safeguarding.privacy_notice import Asked, Block, Section, bullets, tells, text

_OFFENDING = 21


def _uses(asked: Asked) -> Iterable[Block]:
    yield bullets(["follow the welfare and progress of looked-after children"])


def _offences(asked: Asked) -> Iterable[Block]:
    if holdings(_OFFENDING):
        yield text(
            "Of looked-after children the local authority asks whether they were convicted or cautioned. Information "
            "about offences is used under UK GDPR Article 10 and section 10(5) of the Data Protection Act 2018."
        )


categorised("plans", "Plans of the local authority", Sensitive.SPECIAL, Sensitive.OFFENCES)
tells(Section.USE, _uses, order=30)
tells(Section.LAW, _offences, order=40)
