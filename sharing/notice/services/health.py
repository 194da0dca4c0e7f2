"""Is the published notice still true? What is to be filled in, what has changed since, and which of its sentences about
security belongs to a check that fails now.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import zip_longest

from safeguarding.dates import counted
from safeguarding.privacy_notice import Asked, claims, looked_at
from sharing.notice.models import PrivacyNotice

from .drafting import SECURITY, Draft, compared, drafted, holds
from .papers import has_paper
from .publishing import newest


@dataclass(frozen=True)
class Finding:
    """One line of the health of a notice: what was looked at, and what is wrong; nothing where all is well. `pages`: on
    which page, by its name, each of these is set right, where one is.
    """

    title: str
    wrong: list[str]
    pages: list[str] = field(default_factory=list)

    @property
    def lines(self) -> list[tuple[str, str]]:
        """What is wrong, each with its page."""
        return list(zip_longest(self.wrong, self.pages, fillvalue=""))


def health_of(asked: Asked, draft: Draft | None = None, published: PrivacyNotice | None = None) -> list[Finding]:
    """What was looked at, in order. `draft` and `published` are read where they are not given."""
    draft = draft or drafted(asked)
    published = published or newest(asked.school.pk)
    kept = published.facts if published else {}
    return [
        Finding(
            "Nothing is left to fill in",
            [f"Missing: {blank.says}." for blank in draft.blanks],
            [blank.page for blank in draft.blanks],
        ),
        Finding("Sentences about security are true", list(_untrue(asked, kept.get(SECURITY, [])))),
        *(Finding(title, wrong) for title, wrong in looked_at(asked, kept) if published),
        Finding("The published notice says what Harbour does", list(_differs(draft, published))),
        *([Finding("It can be read on paper", list(_no_paper(published)))] if published else []),
    ]


def in_a_word(asked: Asked) -> str:
    """What needs a look, for the row of the settings; empty where nothing does."""
    number = sum(bool(finding.wrong) for finding in health_of(asked))
    return counted(number, "thing needs a look", "things need a look") if number else ""


def _untrue(asked: Asked, said: list[str]) -> Iterator[str]:
    for claim in claims():
        if claim.key in said and not holds(claim, asked):
            yield f"It says “{claim.sentence()}” The check of this fails now."


def _no_paper(published: PrivacyNotice) -> Iterator[str]:
    if not has_paper(published):
        yield f"The PDF of version {published.version} is not there yet. Harbour tries again every minute."


def _differs(draft: Draft, published: PrivacyNotice | None) -> Iterator[str]:
    if published is None:
        yield "No notice is published yet."
        return
    added, removed = compared(published.sections, draft.sections)
    would = [
        f"{does} {counted(len(lines), 'line')}" for does, lines in (("add", added), ("take out", removed)) if lines
    ]
    if would:
        yield f"A version published now would {' and '.join(would)}."
