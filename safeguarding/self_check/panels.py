"""What does the self-check put into the pages that every app shares? And the checks of the installation itself."""

from safeguarding import checks

from .machine import CHECKS

checks.register(*CHECKS)
