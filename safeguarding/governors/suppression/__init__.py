"""Which numbers about children may a report show, so that none that is hidden can be worked out? Pure: no records.

`joining`: one list of groups, the small ones joined. `two_way`: a table with totals, cells hidden. `years`: the sum of
terms. `links`: what a year's totals tell of its terms. `flow`: how far a hidden number can go.
"""

from .joining import Joined, Settings, join
from .links import TermJoined, too_narrow
from .two_way import TwoWay, suppressed
from .years import sum_of

__all__ = ["Joined", "Settings", "TermJoined", "TwoWay", "join", "sum_of", "suppressed", "too_narrow"]
