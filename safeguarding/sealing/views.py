"""The page of the keys: do they fit together, what did the night find, who holds a printed share; and taking one."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from safeguarding.accounts.permissions import fresh_factor, requires
from safeguarding.accounts.roles import Capability
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.http import Request

from .services import shares
from .services.backups_standing import backups_standing
from .services.standing import standing


@require_GET
@requires(Capability.KEEP_KEYS)
def keys(request: Request) -> HttpResponse:
    """Do the keys fit together, when were they last looked at, and who holds a share of the root key?"""
    request.nav = "keys"
    record(Verb.VIEW, object_type="sealing.keyshare", purpose="keys")
    return render(request, "sealing/keys.html", {"standing": standing(reader=request.user)})


@require_GET
@requires(Capability.KEEP_KEYS)
def backups(request: Request) -> HttpResponse:
    """When was the last backup, was it proved, and what went wrong with the others?"""
    request.nav = "backups"
    record(Verb.VIEW, object_type="sealing.backuprun", purpose="backups")
    return render(request, "sealing/backups.html", {"standing": backups_standing(at=timezone.now())})


@require_POST
@requires(Capability.KEEP_KEYS)
@fresh_factor
def make_shares(request: Request) -> HttpResponseBase:
    """Three new shares, to be taken by three people."""
    shares.make_set(by=request.user, at=timezone.now())
    messages.success(request, "Three shares are ready. Each of three people takes one, signed in as themselves.")
    return redirect("keys")


@require_POST
@requires(Capability.KEEP_KEYS)
@fresh_factor
def take_share(request: Request) -> HttpResponseBase:
    """The words of one share, once. It is printed now or never."""
    request.nav = "keys"
    share, words = shares.take(by=request.user, at=timezone.now())
    title = f"Share {share.number} of {shares.OF} of the root key"
    return render(request, "sealing/share.html", {"title": title, "words": words.split()})
