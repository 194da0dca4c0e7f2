"""Is the school to which a child's file went a recipient where somebody is told who received something?"""

from datetime import date

import pytest

from sharing.events.said_recipients import recipients_of

from .conftest import Place, confirmed, opened, sent

pytestmark = pytest.mark.django_db


def test_school_that_received_the_file_is_told_by_its_kind(place: Place):
    """Its name says where the family has moved: nobody reads it but in the copy itself."""
    transfer = confirmed(place, opened(place, place.leaver(date(2026, 11, 20))))
    assert recipients_of([("transfers.filetransfer", transfer.pk)]) == (), "nothing has gone"
    gone = sent(place, place.leaver(date(2026, 11, 20), "Hazel"))
    assert recipients_of([("transfers.filetransfer", gone.pk)]) == ("School or education setting",)
