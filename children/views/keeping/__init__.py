"""Keep a child's record by hand: choose the part, change it, say who told the school. And add a child."""

from .adding import add_child
from .child import keep_child
from .rows import keep_row
from .siblings import keep_sibling

__all__ = ["add_child", "keep_child", "keep_row", "keep_sibling"]
