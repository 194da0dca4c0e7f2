"""What must the rest of Harbour know of targets?"""

from safeguarding.records import Kind, declare

from .models import Target

declare(Target, kind=Kind.REFERENCE)
