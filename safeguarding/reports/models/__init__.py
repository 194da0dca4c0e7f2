"""What do reports keep? Targets, and files of long lists for seven days."""

from safeguarding.reports.exports.models import Export

from .targets import Target

__all__ = ["Export", "Target"]
