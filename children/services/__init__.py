"""Do it: find children, put them on the list, keep what is known about them, bring in files."""

from .finding import Found, asked_about, find_children, led_on, loggable, may_be_named, namesakes
from .registering import register_children

__all__ = [
    "Found",
    "asked_about",
    "find_children",
    "led_on",
    "loggable",
    "may_be_named",
    "namesakes",
    "register_children",
]
