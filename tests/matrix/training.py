"""Whose training is noted beside the record "open"? The assistant's, with a certificate whose name is a word."""

from datetime import timedelta
from typing import Any

from safeguarding.keys import uuid7
from safeguarding.training.services.courses import LEAD, courses_of
from safeguarding.training.services.noting import Had, attach_certificate, note_training
from safeguarding.training.services.reading_guidance import confirm_read, to_read
from safeguarding.uploads.services.keeping import Upload
from tests.matrix.ground import THEN


def lay_training(world: Any) -> None:
    """One record, one certificate, one edition that was read."""
    assistant, office, school = world.people["assistant"], world.people["office"], world.here
    course = next(one for one in courses_of(school.pk) if one.code == LEAD)
    had = [Had(assistant, course, THEN.date() - timedelta(days=30))]
    [noted] = note_training(school=school, had=had, token=uuid7(), by=office, at=THEN)
    paper = Upload(f"{world.word()}.txt", b"Was there all day.")
    attach_certificate(training=noted, token=uuid7(), uploads=[paper], by=assistant, at=THEN)
    [edition] = to_read(school.pk, THEN.date())
    confirm_read(school=school, edition=edition, by=assistant, at=THEN)
    world.keys["open"] |= {
        "training_record": noted.pk,
        "trained": assistant.pk,
        "training_course": course.pk,
        "edition": edition.pk,
    }
