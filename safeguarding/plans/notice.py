"""What do plans say in the privacy notice? What they are used for, that some tell of offences, and where the attendance
register is kept.
"""

from collections.abc import Iterable

from safeguarding.notice_items import holdings
from safeguarding.personal_data import Sensitive, categorised
from safeguarding.privacy_notice import (
    Asked,
    Blank,
    Block,
    Facts,
    Section,
    asks,
    bullets,
    looks_at,
    rests_on,
    tells,
    text,
)

from .models import RegisterPlace
from .services.register_place import register_of

_OFFENDING = 21


def _uses(asked: Asked) -> Iterable[Block]:
    yield bullets(["follow the welfare and progress of looked-after children"])


def _offences(asked: Asked) -> Iterable[Block]:
    if holdings(_OFFENDING):
        yield text(
            "Of looked-after children the local authority asks whether they were convicted or cautioned. Information "
            "about offences is used under UK GDPR Article 10 and section 10(5) of the Data Protection Act 2018."
        )


def _register(asked: Asked) -> Iterable[Block]:
    yield text(_in_words(register_of(asked.school.pk)))


def _in_words(stated: RegisterPlace) -> str:
    """Where the register is kept, and what follows from it (SI 2024/208 reg 7)."""
    if stated.is_elsewhere:
        return f"We keep the attendance register in {stated.system}. What Harbour holds of it is a copy."
    kept = "We destroy no child’s file within six years of the last entry in the attendance register (SI 2024/208)."
    return f"We keep the attendance register in Harbour. {kept}" if stated.place else kept


def _missing(asked: Asked) -> Iterable[Blank]:
    """Until it is stated the notice says no more than what follows from the law."""
    if not register_of(asked.school.pk).place:
        yield Blank("where the attendance register is kept", "register_place", may_wait=True)


def _stated(asked: Asked) -> list[str]:
    return [_in_words(register_of(asked.school.pk))]


def _changed(asked: Asked, kept: Facts) -> Iterable[str]:
    if _stated(asked) != list(kept.get("register", ())):
        yield "The notice does not say where the attendance register is kept now."


categorised("plans", "Plans of the local authority", Sensitive.SPECIAL, Sensitive.OFFENCES)
tells(Section.USE, _uses, order=30)
tells(Section.LAW, _offences, order=40)
tells(Section.KEEP, _register, order=60)
asks(_missing)
rests_on("register", _stated)
looks_at("Attendance register", _changed)
