"""Who can sign in to the demo school, and with what? One person for each role, and one password for all of them.

They are made by the seeder, and only in demo mode. The password stands on the sign-in page: it is there to be typed,
not to protect anything.
"""

from typing import NamedTuple

from safeguarding.accounts.roles import ROLES
from safeguarding.demo import source

PASSWORD = "harbour-practice"  # noqa: S105

# What the school's own list calls a job, and the role that goes with it.
ROLE_OF_JOB = {
    "head": "headteacher",
    "dsl": "lead",
    "deputy_dsl": "deputy_lead",
    "senco": "senco",
    "designated_teacher": "designated_teacher",
    "pastoral": "pastoral",
    "attendance": "attendance",
    "office": "office",
    "teacher": "teacher",
    "ta": "teaching_assistant",
    "midday": "midday",
    "coach": "teaching_assistant",
    "governor": "governor",
    "dpo": "dpo",
}
# Whose role is another than that of their job in the list, and who has a second one.
_ROLE_OF_PERSON = {"S44": "chair"}
SECOND_ROLES = {"S06": "alternate_lead"}

# Who works for the main school and is not on its list of staff.
TRUST_LEAD = "a.lowther"
FROM_OUTSIDE = (
    # user name, title, first name, last name, job, role
    ("t.brearley", "Mr", "Tomasz", "Brearley", "IT technician", "it_admin"),
    (TRUST_LEAD, "Ms", "Adaeze", "Lowther", "Safeguarding lead of the trust", "trust_lead"),
    ("c.whitworth", "Mrs", "Carys", "Whitworth", "Auditor of the trust", "auditor"),
)

# Whom the sign-in page offers, in this order: (id in the list of staff, what is special about this person).
_SHOWN = (
    ("S23", ""),
    ("S28", "Has a draft that is not sent."),
    ("S39", ""),
    ("S09", ""),
    ("S07", "Has actions to do, access to two children, and opened one record in an emergency."),
    ("S05", ""),
    ("S06", "Also the alternate safeguarding lead."),
    ("S08", ""),
    ("S02", ""),
    ("S03", ""),
    ("S04", "Has a child of her own at the school."),
    ("S01", "Has concerns about adults to read."),
    ("S44", "Has a concern to read in the Headteacher’s place, and one about the Headteacher."),
    ("S45", ""),
    ("S46", ""),
)

# A second, small school: the Headteacher is the safeguarding lead as well.
SMALL_SCHOOL = "Withy Fold Village School"
SMALL_STAFF = (
    # user name, title, first name, last name, job, roles, class
    ("e.hallam", "Mrs", "Esther", "Hallam", "Headteacher and safeguarding lead", ("headteacher", "lead"), ""),
    ("r.tamworth", "Mr", "Reece", "Tamworth", "Teaching deputy", ("deputy_lead", "teacher"), "Oak"),
    ("m.eccleshare", "Miss", "Moira", "Eccleshare", "Office manager", ("office",), ""),
)


class SignIn(NamedTuple):
    """One line of the list on the sign-in page."""

    role: str
    name: str
    username: str
    password: str

    @property
    def note(self) -> str:
        """What is special about this person, or an empty string."""
        return _notes().get(self.username, "")


def username(person: source.Entry) -> str:
    """The part of the e-mail address before the @."""
    return str(person["email"]).partition("@")[0]


def role_of(person: source.Entry) -> str | None:
    """The key of the person's role, or None for somebody who has none in Harbour."""
    return _ROLE_OF_PERSON.get(person["id"]) or ROLE_OF_JOB.get(person["role_key"])


def sign_ins() -> list[SignIn]:
    """One person for each role of the demo school, then the Headteacher of the small one."""
    by_id = {person["id"]: person for person in source.staff()}
    shown = [by_id[key] for key, _ in _SHOWN]
    small, _, first, last, job, *_ = SMALL_STAFF[0]
    return (
        [SignIn(ROLES[role_of(p) or ""].title, f"{p['forename']} {p['surname']}", username(p), PASSWORD) for p in shown]
        + [
            SignIn(ROLES[key].title, f"{first} {last}", username_, PASSWORD)
            for username_, _, first, last, _, key in FROM_OUTSIDE
        ]
        + [SignIn(f"{job}, {SMALL_SCHOOL}", f"{first} {last}", small, PASSWORD)]
    )


def _notes() -> dict[str, str]:
    by_id = {person["id"]: person for person in source.staff()}
    return {username(by_id[key]): note for key, note in _SHOWN}
