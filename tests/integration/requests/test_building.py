"""Are the files of an answer whole, bound to what was approved, free of what was taken out, and handed over once?"""

import io
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pikepdf
import pypdfium2
import pytest
from django.apps import apps
from django.db import transaction
from django.utils import timezone

from children.models import Child
from safeguarding import parts
from safeguarding.audit.models import Event, Verb
from safeguarding.concerns.services.raising import ChildEntry
from safeguarding.exceptions import BadInput, NotAllowed, OutOfTurn
from safeguarding.keys import uuid7
from safeguarding.personal_data import category_of
from safeguarding.sealing import files
from safeguarding.sealing.models import KEYS
from sharing.events.said_recipients import recipients_of
from sharing.requests.models import Bundle, BundleVolume, RequestItem, RequestStep, RightsRequest
from sharing.requests.plain import squeezed
from sharing.requests.services import accompanying, building, deciding, gathering, handing_over
from tests import factories
from tests.integration.requests.answers import (
    School,
    approved,
    built,
    family,
    gather,
    gathered,
    give,
    named,
    note,
    now,
    school,
    volumes,
)
from tests.integration.requests.cases import taken_up
from tests.pdfs import Printed
from tests.printers import Program, asked

pytestmark = pytest.mark.django_db
# Of Hazel, her mother and the neighbour: in no file of Rowan's.
TAKEN_OUT = ("quennell", "hazel")
WITHHELD = "The neighbour keeps a grey parrot that repeats everything."


@pytest.fixture(scope="module")
def made(
    django_db_setup: None, django_db_blocker: Any, printer: Program
) -> Iterator[tuple[School, RightsRequest, Bundle]]:
    """One answer, made once for this file: a concern that names Hazel, the record, and a note that is withheld.

    Harbour’s own check reads the file as the printer makes it.
    """
    with django_db_blocker.unblock(), transaction.atomic(), transaction.atomic(using=KEYS):
        at = school()
        rowan, _ = family(at)
        case = gathered(at, rowan, wants_record=True)
        secret = note(case, "From the paper file", WITHHELD, by=at.cast.office)
        assert gathering.settle(case.pk)
        give(RequestItem.objects.get(pk=secret.pk), by=at.lead, decided="withheld")
        case = approved(at, now(case))
        with asked(printer):
            bundle = built(at, case)
        yield at, case, bundle
        transaction.set_rollback(True)
        transaction.set_rollback(True, using=KEYS)


@pytest.fixture
def whole(made: tuple[School, RightsRequest, Bundle], db: None) -> tuple[School, RightsRequest, Bundle]:
    at, case, bundle = made
    return at, now(case), Bundle.objects.get(pk=bundle.pk)


def everything(content: bytes) -> str:
    """What PDFium reads on its pages, and all strings that pikepdf finds anywhere in the file."""
    said = [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(content)]
    with pikepdf.open(io.BytesIO(content)) as pdf:
        said += [str(one) for item in pdf.objects for one in _strings(item)]
    return squeezed(" ".join(said))


def _strings(item: Any) -> Iterator[str]:
    if isinstance(item, pikepdf.String):
        yield str(item)
    elif isinstance(item, pikepdf.Array):
        for one in item:  # type: ignore[attr-defined]
            yield from _strings(one)
    elif isinstance(item, pikepdf.Dictionary):
        for key in item.keys():  # noqa: SIM118
            if key not in ("/Parent", "/P", "/Pg", "/Prev", "/Next"):
                yield from _strings(item.get(key))


# --- whole


def test_it_has_a_letter_an_index_its_items_and_what_was_left_out(whole: Any) -> None:
    _, case, bundle = whole
    assert (bundle.building, bundle.failed_because, bundle.finds, bundle.outcome) == ("built", "", [], "part")
    assert bundle.state == case.approved_state
    [content] = volumes(bundle)
    paper = Printed(content)
    assert paper.unmarked() == [] and paper.beyond_the_margins() == ""
    first, *_ = pages = paper.pages()
    assert "The copies you asked for" in first and case.reference in first
    for heading in ("Why we use it", "Who has received any of it", "How long we keep it", "Your rights"):
        assert heading in " ".join(pages[:3])
    assert "ico.org.uk/make-a-complaint" in " ".join(pages[:3])
    assert "What was found" in paper.text and "took his bag, and he went home" in paper.text
    assert "The whole item" in pages[-1] and "has not agreed that you have it" in paper.text
    numbers = [int(one) for one in re.findall(r"Item (\d+):", paper.text)]
    assert numbers == sorted(numbers) and len(numbers) == len(set(numbers))
    volume = BundleVolume.objects.get(bundle=bundle)
    assert (volume.number, volume.of, volume.pages) == (1, 1, len(pages))


def test_nothing_that_was_taken_out_is_in_its_files(whole: Any) -> None:
    _, _, bundle = whole
    for content in volumes(bundle):
        said = everything(content)
        assert "rowanashdown" in said
        for name in TAKEN_OUT:
            assert name not in said
        assert squeezed(WITHHELD)[:20] not in said and "papierfile" not in said


def test_the_educational_record_has_files_of_its_own(whole: Any) -> None:
    at, case, _ = whole
    record = built(at, case, kind="record")
    assert (record.building, record.failed_because) == ("built", "")
    text = " ".join(Printed(content).text for content in volumes(record))
    assert "The educational record you asked for" in text and "took his bag" not in text
    assert RequestItem.objects.filter(case=case, is_record=True).exists()


def test_a_recipient_is_named_only_where_the_copy_of_what_was_sent_is_given(whole: Any) -> None:
    assert recipients_of([]) == ()
    assert recipients_of([("concerns.referral", uuid7())]) == ()


def test_letter_names_the_kind_of_every_record_that_is_told() -> None:
    """UK GDPR Article 15(1)(b): as the privacy notice calls it, which may be that of its app."""
    by_hand = ("Notes and papers about the child",)
    for label in parts.titles():
        assert accompanying.categories([(label, uuid7())]) == (category_of(apps.get_model(label)),), label
        assert accompanying.categories([(label, uuid7())]) not in ((), ("",), by_hand), label
    [concern] = accompanying.categories([("concerns.concern", uuid7()), ("concerns.decision", uuid7())])
    assert concern == "Notes of concern, and what was decided and done"
    assert accompanying.categories([("", None)]) == by_hand, "what was added by hand"


def test_letter_names_how_long_each_kind_of_record_is_kept() -> None:
    """From the table of the notice that the school has published, of which no row is left out."""
    rows = [["Attendance register", "6 years from the last entry", "Destroyed"], ["Photographs", "1 year", ""]]
    blocks = [{"kind": "table", "lines": rows}, {"kind": "text", "lines": [["Longer where a court requires it."]]}]
    sections = [{"key": "keep", "blocks": blocks}, {"key": "hold", "blocks": [{"kind": "table", "lines": [["No"]]}]}]
    said = accompanying.paragraphs(sections, 1, [])
    [kept] = [one for one in said if one.title == "How long we keep it"]
    assert kept.rows == ("Attendance register: 6 years from the last entry. Destroyed", "Photographs: 1 year")
    assert kept.lines == ("Longer where a court requires it.",)


# --- bound to what was approved


def test_asked_for_by_who_reads_everything_once_of_each_state(whole: Any) -> None:
    at, case, bundle = whole
    assert building.ask(case, by=at.officer).pk == bundle.pk, "asked again"
    for user in (at.cast.office, at.cast.headteacher):
        with pytest.raises(NotAllowed):
            building.ask(case, by=user)
    assert building.run(bundle.pk) is False, "there is nothing to do"


def test_a_change_makes_the_files_stale_and_nobody_hands_them_over(whole: Any) -> None:
    at, case, bundle = whole
    item = RequestItem.objects.filter(case=case, decided="full").first()
    assert item is not None
    give(item, by=at.lead, decided="withheld")
    assert now(case).status == "open"
    for deed in (
        lambda: handing_over.lock(bundle, by=at.officer),
        lambda: handing_over.release(bundle, by=at.officer, how="post", on=timezone.localdate()),
        lambda: building.ask(case, by=at.officer),
    ):
        with pytest.raises(OutOfTurn):
            deed()


def test_changed_while_it_was_made_it_fails_and_leaves_nothing(whole: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    at, case, _ = whole
    bundle = building.ask(case, by=at.officer, kind="record")
    item = RequestItem.objects.filter(case=case, decided="full").first()
    before = set(files.stored_names())
    laid_out = building._files

    def meanwhile(composed: Any) -> Any:
        made = laid_out(composed)
        give(item, by=at.lead, decided="withheld")
        return made

    monkeypatch.setattr(building, "_files", meanwhile)
    assert building.run(bundle.pk)
    bundle.refresh_from_db()
    assert (bundle.building, bundle.failed_because) == ("failed", building.STALE)
    assert set(files.stored_names()) == before and not BundleVolume.objects.filter(bundle=bundle).exists()


def test_a_worker_that_is_killed_leaves_no_half_answer(whole: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    at, case, _ = whole
    bundle = building.ask(case, by=at.officer, kind="record")
    before = set(files.stored_names())
    kept = building.record

    def killed(verb: Any, *args: Any, **kwargs: Any) -> None:
        if verb == Verb.CREATE:
            raise SystemExit
        kept(verb, *args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(building, "record", killed)
        with pytest.raises(SystemExit):
            building.run(bundle.pk)
    bundle.refresh_from_db()
    assert bundle.building == "building" and not BundleVolume.objects.filter(bundle=bundle).exists()
    # What lies in the store is named by no row: it goes with the strays.
    assert {*files.stored_names()} - before
    assert building.run_all() == 1
    bundle.refresh_from_db()
    assert bundle.building == "built" and BundleVolume.objects.filter(bundle=bundle).count() == 1


def test_a_find_of_the_check_refuses_it_and_names_the_item(whole: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the paper had got a word that was taken out: a title that nobody silenced."""
    from sharing.requests.services import composing

    at, case, _ = whole
    item = RequestItem.objects.filter(case=case, is_record=True, decided__in=("full", "part")).first()
    assert item is not None
    bundle = building.ask(case, by=at.officer, kind="record")

    def spoken(one: Any, matcher: Any) -> Any:
        from dataclasses import replace

        return replace(one, title="Hazel Quennell") if one.released else one

    monkeypatch.setattr(composing, "_silenced", spoken)
    assert building.run(bundle.pk)
    bundle.refresh_from_db()
    assert bundle.building == "refused" and not BundleVolume.objects.filter(bundle=bundle).exists()
    assert bundle.finds and all("Hazel" not in find["says"] for find in bundle.finds)
    assert item.number in {find["item"] for find in bundle.finds}
    with pytest.raises(OutOfTurn):
        handing_over.lock(bundle, by=at.officer)


# --- handed over


def test_locked_its_words_are_shown_once_and_open_every_file(whole: Any) -> None:
    at, _, bundle = whole
    [plain] = volumes(bundle)
    for user in (at.cast.office, at.cast.headteacher):
        with pytest.raises(NotAllowed):
            handing_over.lock(bundle, by=user)
    with pytest.raises(BadInput, match="not locked"):
        handing_over.release(bundle, by=at.officer, how="email", on=timezone.localdate())
    words = handing_over.lock(bundle, by=at.officer)
    [locked] = volumes(Bundle.objects.get(pk=bundle.pk))
    with pytest.raises(pikepdf.PasswordError):
        pikepdf.open(io.BytesIO(locked))
    with pikepdf.open(io.BytesIO(locked), password=words) as pdf:
        assert len(pdf.pages) == len(Printed(plain).pages()) and pdf.encryption.R == 6
    assert Bundle.objects.get(pk=bundle.pk).words == ""
    with pytest.raises(OutOfTurn, match="shown once"):
        handing_over.lock(bundle, by=at.officer)
    again = handing_over.make_again(bundle, by=at.officer)
    assert again.pk != bundle.pk and again.building == "asked"
    assert BundleVolume.objects.get(bundle=bundle).stored == ""


def test_pressed_twice_it_went_once_and_the_request_is_answered(whole: Any) -> None:
    at, case, bundle = whole
    today = timezone.localdate()
    handing_over.lock(bundle, by=at.officer)
    release = lambda: handing_over.release(bundle, by=at.cast.office, how="email", on=today)  # noqa: E731
    with pytest.raises(OutOfTurn, match="educational record"):
        release()
    with pytest.raises(NotAllowed):
        handing_over.release(bundle, by=at.cast.teacher, how="email", on=today)
    record = built(at, case, kind="record")
    handing_over.release(record, by=at.officer, how="collected", on=today)
    with pytest.raises(BadInput, match="has not come yet"):
        handing_over.release(bundle, by=at.cast.office, how="email", on=today + timedelta(days=1))
    assert release().status == "answered"
    assert release().status == "answered"
    case = now(case)
    assert (case.outcome, case.answered_by) == ("part", at.cast.office)
    assert RequestStep.objects.filter(case=case, kind="handed_over").count() == 2
    assert Event.objects.filter(object_id=bundle.pk, verb=Verb.EXPORT).count() == 1


# --- two brothers and their parents


def test_no_answer_holds_what_is_another_ones(db: None) -> None:
    """A mother asks for two sons; a father under an order asks for one of them, and may not know where they live."""
    at = school()
    bay = factories.child(at.cast.school, "Bay", "Corran", by=at.cast.office)
    finn = factories.child(at.cast.school, "Finn", "Corran", by=at.cast.office)
    for child, canary in ((bay, "Bay said the word larkspur."), (finn, "Finn said the word marigold.")):
        factories.concern(at.cast, children=[ChildEntry("worried_about", child)], facts=canary)
    of_bay, of_finn, of_father = _three(at, bay, finn)
    note(of_father, "A letter", "They live at 14 Hollow Lane, Testham, since May.", by=at.cast.office)
    assert gathering.settle(of_father.pk)
    letter = RequestItem.objects.get(case=of_father, source="")
    block = letter.content["blocks"][-1]
    text = block["text"]
    start = text.index("14 Hollow")
    deciding.redact(
        letter, by=at.lead, deed="out", token=uuid7(), block=block["key"], start=start,
        end=start + len("14 Hollow Lane, Testham"), **reason()
    )  # fmt: skip
    said = {}
    for name, case in (("bay", of_bay), ("finn", of_finn), ("father", of_father)):
        bundle = built(at, approved(at, now(case)))
        assert (bundle.building, bundle.failed_because, bundle.finds) == ("built", "", []), name
        said[name] = "".join(everything(content) for content in volumes(bundle))
    assert "larkspur" in said["bay"] and "marigold" not in said["bay"]
    assert "marigold" in said["finn"] and "larkspur" not in said["finn"]
    assert "larkspur" in said["father"] and "marigold" not in said["father"]
    assert all("hollowlane" not in one for one in said.values())


def reason() -> dict[str, Any]:
    from tests.integration.requests.answers import ANSWERS, law

    return {"exemption": law(), "answers": ANSWERS, "why": "Where they live may not be told."}


def _three(at: School, bay: Child, finn: Child) -> list[RightsRequest]:
    first = taken_up(at.cast, bay, finn)
    father = taken_up(at.cast, bay)
    found = [first, RightsRequest.objects.get(came_with=first), father]
    for case in found:
        named(at, case)
    return [gather(at, case) for case in found]
