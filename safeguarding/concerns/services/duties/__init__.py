"""What the law asks of whoever logs a concern: the rows of it, the duty of one person, and how that person is
reminded.
"""

from .doing import (
    Done,
    arise,
    ask_reporter_of_duty,
    cannot_ask_of_duty,
    done_problems,
    end_duty,
    follow_kind,
    late_words,
    open_duties,
    set_aside_with,
    why_not_told,
)
from .rows import (
    Prompt,
    Words,
    earlier_rules,
    end_rule,
    fact_of,
    find_rule,
    may_hold,
    prompts_for,
    prompts_of,
    save_rule,
    words_problems,
)

__all__ = [
    "Done",
    "Prompt",
    "Words",
    "arise",
    "ask_reporter_of_duty",
    "cannot_ask_of_duty",
    "done_problems",
    "earlier_rules",
    "end_duty",
    "end_rule",
    "fact_of",
    "find_rule",
    "follow_kind",
    "late_words",
    "may_hold",
    "open_duties",
    "prompts_for",
    "prompts_of",
    "save_rule",
    "set_aside_with",
    "why_not_told",
    "words_problems",
]
