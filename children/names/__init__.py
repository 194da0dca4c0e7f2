"""Which names are the same, and where in a text does somebody stand?

`normalise` levels letters, `alike` compares names, `forms` has how people are called, `find` says where they stand and
how surely, and `instead` puts other words there. Whatever leaves the school is looked through by `find` or `instead`.
"""

from .alike import known_as, searchable, slips, sort_key, sound, sounds
from .normalise import fold

__all__ = ["fold", "known_as", "searchable", "slips", "sort_key", "sound", "sounds"]
