"""Read, decide, act, close: what safeguarding leads do with a concern.

`opening` read · `answering` a call · `classifying` of which kind · `rulings` decide · `working` name, note and act ·
`handing_over` who does it instead · `asking` ask the reporter · `linking` say who a child is · `mentions` say that one
means another child · `saying` what each file says · `withheld` add a child whom the writer could not name · `closing`
close and open again · `changes` what others saved meanwhile.
"""

from .answering import answer_call, answering
from .asking import ask_reporter, cannot_ask
from .changes import Change, changed_since
from .classifying import reclassify_concern
from .closing import close_concern, reopen_concern
from .handing_over import hand_over
from .linking import link_child, unlink_child
from .mentions import take_off_mention
from .opening import open_concern
from .rulings import FURTHEST, Ruling, day_problem, decide, ruling_problems, usual_receipt
from .saying import say_in_file
from .withheld import add_withheld, refuse_withheld
from .working import add_action, add_note, end_action, rename_concern

__all__ = [
    "FURTHEST",
    "Change",
    "Ruling",
    "add_action",
    "add_note",
    "add_withheld",
    "answer_call",
    "answering",
    "ask_reporter",
    "cannot_ask",
    "changed_since",
    "close_concern",
    "day_problem",
    "decide",
    "end_action",
    "hand_over",
    "link_child",
    "open_concern",
    "reclassify_concern",
    "refuse_withheld",
    "rename_concern",
    "reopen_concern",
    "ruling_problems",
    "say_in_file",
    "take_off_mention",
    "unlink_child",
    "usual_receipt",
]
