"""What do reports keep? Files of long lists, for seven days."""

from .exports.models import Export

__all__ = ["Export"]
