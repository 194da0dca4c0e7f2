"""What of files from other schools is on a child's record?"""

from safeguarding.ending.reasons import fills

from .models import FileReceived

fills("fills_received", says="Another school sent a file.", model=FileReceived)
