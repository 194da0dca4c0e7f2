"""What did the demo school have before Harbour?

Six incidents and one document of three children, and a row that belonged to nobody.
"""

import csv
from datetime import timedelta
from io import BytesIO, StringIO
from uuid import UUID
from zipfile import ZipFile

from children.models import Child
from safeguarding.accounts.models import School
from safeguarding.audit.context import Acting, acting
from safeguarding.concerns.services import earlier
from safeguarding.demo.drawing import a_letter
from safeguarding.demo.ground import Ground

SOURCE = "the school’s earlier system"
_LEAD = "S02"
# Children of the data.
_ONE, _TWO, _THREE = "P0150", "P0362", "P0267"
_HEADINGS = (
    "Incident ID",
    "Date",
    "UPN",
    "Student name",
    "DOB",
    "Category",
    "Details",
    "Reported by",
    "Action",
    "Action date",
    "Action by",
    "Location",
)
_NOBODY = (
    "1190",
    "04/07/2024",
    "Welfare",
    "Came in without a coat and was given one from the box.",
    "Mrs O Danso",
    "Hall",
)
# Number, date, child, category, what was written, by whom, where.
_INCIDENTS = (
    (
        "1042",
        "11/09/2023 08:55",
        _ONE,
        "Contact",
        "Arrived upset. Said that the weekend visit had been cut short and that nobody had told him why.",
        "Mrs L Firth",
        "Classroom",
    ),
    (
        "1077",
        "16/01/2024 15:20",
        _ONE,
        "Contact",
        "An adult staff did not know asked for him at the gate and left when asked who he was.",
        "Mr D Okoro",
        "Gate",
    ),
    (
        "1077",
        "16/01/2024 15:20",
        _TWO,
        "Contact",
        "An adult staff did not know asked for him at the gate and left when asked who he was.",
        "Mr D Okoro",
        "Gate",
    ),
    (
        "1103",
        "12/03/2024 09:10",
        _TWO,
        "Welfare",
        "Asked for food before register for the second week. Ate well once it was there.",
        "Mrs L Firth",
        "Breakfast club",
    ),
    (
        "1131",
        "22/04/2024",
        _THREE,
        "Family",
        "Mum said at the hatch that mornings are hard and that a neighbour helps.",
        "Office",
        "Office",
    ),
    (
        "1164",
        "10/06/2024 13:05",
        _THREE,
        "Attendance",
        "Late four times in a fortnight. Said that she gets herself up.",
        "Mr D Okoro",
        "",
    ),
)
# Number of the incident, what was done, when, by whom.
_ACTIONS = (
    ("1042", "Rang the social worker, who will speak to the centre.", "11/09/2023", "Mrs H Lowe"),
    ("1077", "Told all staff at the gate. Both families were rung.", "16/01/2024", "Mrs H Lowe"),
    ("1103", "Place at breakfast club, no charge.", "14/03/2024", "Office"),
    ("1103", "Looked at again: eats at home most days now.", "18/04/2024", "Mrs L Firth"),
)


def lay_earlier(school: School, ground: Ground) -> None:
    """Bring it in as a lead would, some weeks ago."""
    lead, at = ground.users[_LEAD], ground.now - timedelta(days=40)
    keys = [ground.children[key] for key in (_ONE, _TWO, _THREE)]
    children = Child.objects.select_related("detail").in_bulk(keys)
    found = {key: children[ground.children[key]] for key in (_ONE, _TWO, _THREE)}
    given = earlier.Given(sheet=_sheet(found), pack=_pack(found[_ONE].detail.upn))
    with acting(Acting(user_id=lead.pk, school_id=school.pk)):
        batch = earlier.start_batch(
            school=school, token=UUID(int=school.pk.int ^ 1), source=SOURCE, given=given, by=lead, at=at
        )
        batch = earlier.tell_columns(batch=batch, columns=batch.columns, month_first=False, by=lead)
        batch = earlier.read_batch(batch=batch, by=lead)
        batch = earlier.confirm_batch(batch=batch, by=lead, seen=batch.revision, at=at)
        earlier.finish_batch(batch=batch)


def _sheet(children: dict[str, Child]) -> bytes:
    text = StringIO()
    out = csv.DictWriter(text, _HEADINGS, restval="")
    out.writeheader()
    for number, on, key, category, details, author, where in _INCIDENTS:
        child = children[key]
        who = {
            "UPN": child.detail.upn,
            "Student name": f"{child.surname}, {child.forename}",
            "DOB": f"{child.detail.date_of_birth:%d/%m/%Y}",
        }
        said = {"Category": category, "Details": details, "Reported by": author, "Location": where}
        out.writerow({"Incident ID": number, "Date": on, **who, **said})
    for number, action, on, by in _ACTIONS:
        out.writerow({"Incident ID": number, "Action": action, "Action date": on, "Action by": by})
    number, on, category, details, author, where = _NOBODY
    said = {"Category": category, "Details": details, "Reported by": author, "Location": where}
    out.writerow({"Incident ID": number, "Date": on, "Student name": "A. Smith", **said})
    return text.getvalue().encode()


def _pack(upn: str) -> bytes:
    """One page in the folder of one child."""
    notes = (
        "Notes of a meeting with the contact centre",
        "18 September 2023",
        "Agreed: the centre rings when a visit ends early.",
    )
    packed = BytesIO()
    with ZipFile(packed, "w") as found:
        found.writestr(f"{upn}/Meeting with the contact centre.pdf", a_letter(notes))
    return packed.getvalue()
