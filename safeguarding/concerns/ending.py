"""What of concerns keeps a child's record from ending?"""

from safeguarding.ending.dates import since
from safeguarding.ending.kinds import period
from safeguarding.ending.reasons import fills, keeps, waits_fact
from safeguarding.ending.signs import sign

from .models import (
    Action,
    Brief,
    Chronicled,
    Concern,
    ConcernChild,
    Draft,
    Duty,
    EarlierBatch,
    EarlierFile,
    EarlierRecord,
    Mention,
    OutsideNote,
    PaperForm,
    Referral,
    SupportPlan,
    WithheldName,
)

period(
    "outside_note",
    OutsideNote,
    rules={"R28": "outside_note_over"},
    called=("Note from outside, set aside", "Notes from outside, set aside"),
    plain=True,
    hidden="notes_out_of_sight",
    known_by="V-",
)
period(
    "paper_form",
    PaperForm,
    rules={"R28": "paper_form_over"},
    called=("Paper form, spoiled or returned", "Paper forms, spoiled or returned"),
    plain=True,
    known_by="P-",
)
keeps("keeps_open_concern", says="A concern is open.", model=Concern, of=("child_file",))
keeps(
    "keeps_not_named", says="Nobody has said yet who a child in a concern is.", model=ConcernChild, of=("child_file",)
)
keeps(
    "keeps_withheld",
    says="A lead has not decided yet whether a concern names this child.",
    model=WithheldName,
    of=("child_file",),
)
keeps("keeps_open_action", says="Something is still to be done.", model=Action, of=("child_file",))
keeps("keeps_open_referral", says="An agency has not answered a referral.", model=Referral, of=("child_file",))
keeps("keeps_open_duty", says="A duty in person is open.", model=Duty, of=("child_file",))
keeps("keeps_open_support", says="A plan of support is open.", model=SupportPlan, of=("child_file",))
keeps(waits_fact(Draft), says="A report is begun and not sent.", model=Draft, of=("child_file",))
keeps(
    "keeps_entry", says="Something was entered in the last 12 months.", model=Chronicled, by="row", of=("child_file",)
)

fills(
    "fills_entry", says="There is an entry about the child, or about a brother or sister.", model=Chronicled, by="row"
)
fills("fills_concern", says="A concern names the child, or a brother or sister.", model=ConcernChild)
fills("fills_withheld", says="The child was chosen on a form and left out of its concern.", model=WithheldName)
fills("fills_mention", says="The words of a concern mention the child.", model=Mention)
fills("fills_draft", says="A report is begun and not sent.", model=Draft)
fills("fills_brief", says="There is a brief about the child.", model=Brief)
fills(
    "fills_earlier",
    says="Records from an earlier system or another school are not on a child’s record yet.",
    model=EarlierBatch,
)

since("last_entry", "since_last_entry", rests="rests_on_last_entry", model=Chronicled, by="row")

_SHUT = "signs_shut_in_concerns"
_CONCERNS = {
    "SEX": "a concern about sexual abuse",
    "CSE": "a concern about child sexual exploitation",
    "COC.sexual_harassment": "a concern about sexual harassment by another child",
    "COC.sexual_violence": "a concern about sexual violence by another child",
    "COC.harmful_sexual": "a concern about harmful sexual behaviour",
    "COC.images": "a concern about intimate images",
    "COC.upskirting": "a concern about upskirting",
    "ONL.contact": "a concern about contact online",
    "ONL.sextortion": "a concern about sextortion",
}
_EARLIER = {"EARLIER": "records of an earlier system"}
_EARLIER_FILES = {"EARLIER.FILE": "PDFs of an earlier system"}
sign("concern", model=Concern, codes=_CONCERNS, says=_CONCERNS.__getitem__, page="concern", shut=_SHUT)
sign("earlier", model=EarlierRecord, codes=_EARLIER, says=_EARLIER.__getitem__, shut=_SHUT)
sign("earlier_file", model=EarlierFile, codes=_EARLIER_FILES, says=_EARLIER_FILES.__getitem__, shut=_SHUT)
