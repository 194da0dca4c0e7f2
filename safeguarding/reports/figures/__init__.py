"""How is safeguarding going, in figures? Each is a named function of who asks and of which time.

`values` what a figure is and who asks · `registry` which there are, with the list behind each · `periods` from when to
when · `days` the calendar of a school inside a query · `base` the records that figures are made of · `concerns` how
many, when, of which kind · `places` where and when it was seen · `timeliness` how quickly they were read and decided ·
`work` actions and agencies · `cohorts` children who may need more · `load` who has how much.

A figure is made of the rows that who asks may see, and of nothing else; the list behind it is made of the same query
set, so that it has as many rows as the number says.
"""

from . import cohorts, concerns, load, places, timeliness, work

__all__ = ["cohorts", "concerns", "load", "places", "timeliness", "work"]
