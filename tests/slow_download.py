"""A file of 20 MB in the practice school of a running installation, and somebody signed in who may fetch it."""

import http.cookiejar
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

from tests.functional.installation import environment
from tests.postgres import ROOT

MEGABYTES = 20
_TEACHER, _PASSWORD = "f.siddiqi", "harbour-practice"

# As the database role of the web server, by the services of the pages.
_ATTACH = f"""
from uuid import uuid4
from django.db import transaction
from children.models import Child
from safeguarding.accounts.models import User
from safeguarding.audit.context import Acting, acting, tell_database
from safeguarding.concerns.services.attaching import attach_to_report
from safeguarding.concerns.services.raising import AccountFacts, ChildEntry, Report, raise_concern
from safeguarding.uploads.services.keeping import Upload

user = User.objects.get(username="{_TEACHER}")
who = Acting(user_id=user.pk)
with acting(who), transaction.atomic():
    tell_database(who)
    child = Child.objects.filter(school__slug="tarnbeck-hollow").first() or Child.objects.first()
    entry = ChildEntry(role="worried_about", child=child)
    report = Report(how_soon=3, children=[entry], account=AccountFacts(facts="She brought this."))
    concern = raise_concern(token=uuid4(), school=child.school, report=report, by=user)
    line = b"What she brought, written down word by word.\\n"
    upload = Upload("brought.txt", line * ({MEGABYTES} * 2**20 // len(line)))
    found = attach_to_report(account=concern.account, token=uuid4(), uploads=[upload], by=user)
    assert len(found.kept) == 1, found.problems
print("file", found.kept[0].pk)
"""


def attach(var: Path) -> str:
    """Attach a file to a report of the teacher. Returns the address from which it is fetched."""
    command = [sys.executable, str(ROOT / "manage.py"), "shell", "--verbosity=0", "-c", _ATTACH]
    done = subprocess.run(command, env=environment(var), cwd=ROOT, capture_output=True, text=True)
    found = re.search(r"file ([0-9a-f-]{36})", done.stdout)
    assert found, done.stderr
    return f"/files/{found[1]}/"


def sign_in(port: int) -> str:
    """Sign in as the teacher. Returns the header of the cookies."""
    jar = http.cookiejar.CookieJar()
    opener = build_opener(HTTPCookieProcessor(jar))
    address = f"http://localhost:{port}/account/sign-in/"
    page = opener.open(address).read().decode()
    token = re.search(r'csrfmiddlewaretoken" value="([^"]+)"', page)
    assert token
    form = urlencode({"csrfmiddlewaretoken": token[1], "login": _TEACHER, "password": _PASSWORD}).encode()
    assert opener.open(Request(address, form, {"Referer": address})).status == 200
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)


def fetching(path: str, cookies: str) -> bytes:
    """The request for the file."""
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookies}\r\n\r\n".encode()
