"""What goes to agencies outside the school, and with whom leads speak.

`referring` refer, chase, answer, send more, withdraw · `letters` a letter to the manager of an agency · `silence` who
is told that an agency has not answered · `times` how long each may take · `contacts` what was said with parents and
agencies.
"""

from .contacts import Contacted, add_contact, contact_problems
from .letters import discard_letter, draft_letter, save_letter, send_letter
from .referring import Sent, Step, expected_by, refer, sent_problems, step, step_problems
from .silence import tell_of_silence
from .times import answer_time

__all__ = [
    "Contacted",
    "Sent",
    "Step",
    "add_contact",
    "answer_time",
    "contact_problems",
    "discard_letter",
    "draft_letter",
    "expected_by",
    "refer",
    "save_letter",
    "send_letter",
    "sent_problems",
    "step",
    "step_problems",
    "tell_of_silence",
]
