"""What does the register of children say in the privacy notice?"""

from collections.abc import Iterable

from safeguarding.personal_data import Sensitive, categorised
from safeguarding.privacy_notice import Asked, Block, Section, tells, text


def _special(asked: Asked) -> Iterable[Block]:
    yield text(
        "Some of this is what the law calls special category information, such as that about health or ethnic origin. "
        "It needs a condition of its own, which stands below."
    )


categorised(
    "children", "Who the child is: names, day of birth, numbers, language, health, school years", Sensitive.SPECIAL
)
tells(Section.LAW, _special, order=20)
