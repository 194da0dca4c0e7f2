"""Keep a child's record by hand: add a child, add to what is known, correct it, end it. One service for each part."""

from children.models import ToldBy

from .adding import Looked, add_child, look_for_child, new_child_problems
from .adults import add_adult, change_adult, change_link, end_adult, next_order, others_with
from .adults_again import lives_of, restore_adult, set_lives
from .alike import adults_like, differing_of, on_record
from .asked import Requests, requests_about, requests_with
from .earlier import add_earlier_school, correct_earlier_school
from .facts import add_name, correct_name, set_facts
from .for_leads import NOT_NOTIFIED, NOTIFIED, tell_leads, tell_of
from .health import add_health, end_health
from .homes import add_home, change_stay, correct_address, end_home, others_at
from .recording import DECIDERS, Part, Told, Way, needed, stamp
from .roll import newest_time, set_class, set_roll, start_again
from .siblings import end_siblings, link_all, link_siblings
from .times import add_time, add_year, correct_time, correct_year

__all__ = [
    "DECIDERS",
    "NOTIFIED",
    "NOT_NOTIFIED",
    "Looked",
    "Part",
    "Requests",
    "Told",
    "ToldBy",
    "Way",
    "add_adult",
    "add_child",
    "add_earlier_school",
    "add_health",
    "add_home",
    "add_name",
    "add_time",
    "add_year",
    "adults_like",
    "change_adult",
    "change_link",
    "change_stay",
    "correct_address",
    "correct_earlier_school",
    "correct_name",
    "correct_time",
    "correct_year",
    "differing_of",
    "end_adult",
    "end_health",
    "end_home",
    "end_siblings",
    "link_all",
    "link_siblings",
    "lives_of",
    "look_for_child",
    "needed",
    "new_child_problems",
    "newest_time",
    "next_order",
    "on_record",
    "others_at",
    "others_with",
    "requests_about",
    "requests_with",
    "restore_adult",
    "set_class",
    "set_facts",
    "set_lives",
    "set_roll",
    "stamp",
    "start_again",
    "tell_leads",
    "tell_of",
]
