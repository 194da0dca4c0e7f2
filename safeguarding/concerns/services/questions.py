"""What has a lead asked somebody about their own report, and still waits for?"""

from django.db.models import QuerySet

from safeguarding.accounts.models import User
from safeguarding.concerns.models import Question
from safeguarding.glance import look_for, seen

look_for(asked="is_asked")


def is_asked(person: User) -> bool:
    """Whether a lead may wait for this person's answer: a part of `glance`, and mostly the end of the question."""
    return bool(*seen(person, "asked"))


def waiting_questions(questions: QuerySet[Question], reporter: User) -> QuerySet[Question]:
    """What leads have asked this person about their own reports and wait for, the oldest first; without the words.

    Not asked for where there is nothing.
    """
    if not is_asked(reporter):
        return questions.none()
    mine = questions.filter(reporter=reporter, answered_at=None).order_by("asked_at", "pk")
    return mine.select_related("asked_by").defer("text")
