"""What of files from other schools is on a child's record?"""

from safeguarding.ending.reasons import fills
from safeguarding.ending.signs import sign

from .models import FileReceived

fills("fills_received", says="Another school sent a file.", model=FileReceived)

_CODES = {"RECEIVED": "a file of another school, which nobody has looked at for this"}
# That it came is no secret to who reads the record: what it says is on it.
sign("received", model=FileReceived, codes=_CODES, says=_CODES.__getitem__)
