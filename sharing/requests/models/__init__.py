"""Requests about data: who asked what about which child, what was found and decided, and what went out."""

from .cases import AT_WORK, OPEN, Right, RightsRequest
from .corrections import RequestCorrection, RequestRecipient
from .items import Decided, Redaction, RequestFile, RequestItem, RequestPerson
from .law import Exemption, ReplyTime
from .released import Bundle, BundleVolume
from .roles import RequestRole
from .statements import Statement
from .steps import RequestLetter, RequestStep, SearchPlace

__all__ = [
    "AT_WORK",
    "OPEN",
    "Bundle",
    "BundleVolume",
    "Decided",
    "Exemption",
    "Redaction",
    "ReplyTime",
    "RequestCorrection",
    "RequestFile",
    "RequestItem",
    "RequestLetter",
    "RequestPerson",
    "RequestRecipient",
    "RequestRole",
    "RequestStep",
    "Right",
    "RightsRequest",
    "SearchPlace",
    "Statement",
]
