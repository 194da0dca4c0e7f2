"""The file that follows a child to the next school: that it has to, what was sent, and in which volumes."""

from .sendings import FileSending, FileVolume
from .transfers import OPEN, FileTransfer, TransferNote

__all__ = ["OPEN", "FileSending", "FileTransfer", "FileVolume", "TransferNote"]
