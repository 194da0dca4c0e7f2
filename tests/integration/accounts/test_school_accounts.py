"""Does the account at Microsoft or Google let in whom it was linked to, and nobody else whatever its token says?

The provider answers in this process, with a key of the test; there is no network.
"""

import json
import time
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from cryptography.hazmat.primitives.asymmetric import rsa
from django.core.cache import cache
from django.test import Client

from safeguarding.accounts import services
from safeguarding.accounts.provider import SocialAdapter
from safeguarding.accounts.verbs import AccountVerb
from safeguarding.audit.models import Event
from tests import factories
from tests.factories import PASSWORD
from tests.integration.accounts.test_second_factor import is_in, sign_in
from tests.signed_in import give_factor, next_code

pytestmark = pytest.mark.django_db
TENANT = "4c1f7a52-0000-4000-8000-000000000001"
ISSUER = f"https://login.microsoftonline.com/{TENANT}/v2.0"
CLIENT = "harbour-client"
KEY, OTHER_KEY = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))


class Answer:
    def __init__(self, body):
        self.body, self.status_code, self.headers, self.text = body, 200, {"content-type": "application/json"}, ""

    def json(self):
        return self.body

    def raise_for_status(self):
        """Always well."""


class Provider:
    """Entra, as far as Harbour speaks to it. `claims` and `key` are what the next token says and is signed with."""

    def __init__(self):
        self.claims, self.key, self.algorithm, self.sent = {}, KEY, "RS256", {}

    def token(self):
        said = {"iss": ISSUER, "aud": CLIENT, "sub": "subject-1", "tid": TENANT, "exp": time.time() + 300} | self.claims
        if self.algorithm == "none":
            return jwt.encode(said, None, algorithm="none", headers={"kid": "1"})
        return jwt.encode(said, self.key, algorithm=self.algorithm, headers={"kid": "1"})

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None

    def get(self, url, **_):
        if url.endswith("openid-configuration"):
            ends = {f"{n}_endpoint": f"{ISSUER}/{n}" for n in ("authorization", "token", "userinfo")}
            return Answer({"issuer": ISSUER, "jwks_uri": f"{ISSUER}/keys", **ends})
        if url.endswith("/keys"):
            public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key()))
            return Answer({"keys": [public | {"kid": "1", "alg": "RS256"}]})
        raise AssertionError(f"Harbour asked for {url}")

    def request(self, method, url, data=None, **_):
        self.sent = data
        return Answer({"access_token": "x", "id_token": self.token(), "token_type": "bearer"})


@pytest.fixture(autouse=True)
def no_tries_yet():
    cache.clear()


@pytest.fixture
def provider(monkeypatch, settings):
    entra = {
        "provider_id": "microsoft",
        "name": "Microsoft",
        "client_id": CLIENT,
        "secret": "s",
        "settings": {"server_url": ISSUER, "issuer": ISSUER, "must_say": {"tid": TENANT}},
    }
    settings.SIGN_IN_WITH = [entra]
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": settings.SOCIALACCOUNT_PROVIDERS["openid_connect"] | {"APPS": [entra]}
    }
    there = Provider()
    monkeypatch.setattr(SocialAdapter, "get_requests_session", lambda self: there)
    return there


@pytest.fixture
def room():
    return factories.staffroom(password=PASSWORD)


def come_back(client, start="/account/with/microsoft/"):
    """To the provider and back, as a browser goes."""
    sent = client.post(start)
    asked = parse_qs(urlsplit(sent.url).query)
    assert sent.url.startswith(f"{ISSUER}/authorization?")
    assert asked["redirect_uri"] == ["http://testserver/account/with/microsoft/back/"]
    assert asked["code_challenge_method"] == ["S256"]
    return client.get("/account/with/microsoft/back/", {"code": "c", "state": asked["state"][0]})


def link(person, provider, **claims):
    client, _ = sign_in(person)
    provider.claims = claims
    come_back(client, "/account/with/microsoft/link/")
    provider.claims = {}
    return client


def test_a_teacher_links_it_from_her_own_page_and_signs_in_with_it_from_then_on(room, provider):
    client = Client()
    come_back(client)
    assert not is_in(client)
    teacher = room.teacher
    services.change_person(user=teacher, email="j.beckett@example.sch.uk")
    give_factor(teacher)
    own = link(teacher, provider, email="j.beckett@example.sch.uk")
    assert "linked." in own.get("/account/factor/").content.decode()
    kept = SocialAccount.objects.get(user=teacher)
    assert (kept.uid, kept.extra_data) == (f"{ISSUER} subject-1", {})
    assert "code_verifier" in provider.sent
    assert Event.objects.filter(actor_id=teacher.pk, purpose="linked: microsoft").exists()

    client = Client()
    answer = come_back(client)
    assert answer.url == "/account/code/"
    client.post("/account/code/", {"code": next_code(teacher)})
    assert is_in(client)


def test_a_lead_gives_her_own_factor_unless_the_provider_has_just_asked_for_one(room, provider):
    link(room.lead, provider)
    client = Client()
    assert come_back(client).url == "/account/code/"
    assert not is_in(client)
    for claims in (
        {"amr": ["pwd"], "auth_time": time.time()},
        {"amr": ["pwd", "mfa"]},
        {"amr": ["pwd", "mfa"], "auth_time": time.time() - 3600},
        {"amr": ["pwd", "mfa"], "auth_time": time.time() + 3600},
    ):
        provider.claims, client = claims, Client()
        assert come_back(client).url == "/account/code/", claims
    provider.claims, client = {"amr": ["pwd", "mfa"], "auth_time": time.time()}, Client()
    assert come_back(client).url == "/"
    assert is_in(client)


def test_who_comes_in_by_the_provider_takes_the_place_of_who_was_there(room, provider):
    """The sign-in page stood open in another tab, and somebody else has signed in at this browser since."""
    give_factor(room.teacher)
    link(room.teacher, provider).post("/account/sign-out/")
    Authenticator.objects.filter(user=room.teacher).delete()
    client, _ = sign_in(room.lead)
    assert come_back(client).url == "/"
    assert client.get("/inbox/").wsgi_request.user.pk == room.teacher.pk
    assert list(UserSession.objects.values_list("user_id", flat=True)) == [room.teacher.pk]


def test_an_e_mail_claim_that_is_somebody_elses_opens_nothing(room, provider):
    """The swap that a stranger with a tenant of their own can make (nOAuth): e-mail, name and user name of the lead."""
    services.change_person(user=room.lead, email="p.raman@example.sch.uk")
    link(room.lead, provider)
    provider.claims = {
        "sub": "subject-2",
        "email": "p.raman@example.sch.uk",
        "email_verified": True,
        "preferred_username": room.lead.username,
        "upn": room.lead.username,
    }
    client = Client()
    answer = come_back(client)
    assert answer.url == "/account/sign-in/"
    assert "not linked to anybody" in client.get(answer.url).content.decode()
    assert not is_in(client)
    assert SocialAccount.objects.count() == 1
    assert Event.objects.filter(verb=AccountVerb.SIGN_IN_FAILED, purpose="not linked").exists()


@pytest.mark.parametrize(
    "claims",
    [
        {"tid": "4c1f7a52-0000-4000-8000-000000000002"},
        {"tid": None},
        {"iss": "https://login.microsoftonline.com/4c1f7a52-0000-4000-8000-000000000002/v2.0"},
        {"iss": "https://login.microsoftonline.com/common/v2.0"},
        {"aud": "another-application"},
        {"exp": time.time() - 60},
    ],
)
def test_a_token_of_the_wrong_tenant_issuer_or_application_is_refused(room, provider, claims):
    link(room.lead, provider)
    provider.claims, client = claims, Client()
    assert come_back(client).url == "/account/sign-in/"
    assert not is_in(client)
    assert "account_authentication_methods" not in client.session


@pytest.mark.parametrize(
    ("key", "algorithm"), [(OTHER_KEY, "RS256"), ("a-secret-of-thirty-two-letters-xx", "HS256"), (None, "none")]
)
def test_a_token_that_the_provider_did_not_sign_is_refused(room, provider, key, algorithm):
    link(room.lead, provider)
    provider.key, provider.algorithm, client = key, algorithm, Client()
    assert come_back(client).url == "/account/sign-in/"
    assert not is_in(client)


def test_what_comes_back_must_have_been_asked_for_by_this_browser(room, provider):
    link(room.lead, provider)
    sent = Client().post("/account/with/microsoft/")
    state = parse_qs(urlsplit(sent.url).query)["state"][0]
    victim = Client()
    assert victim.get("/account/with/microsoft/back/", {"code": "c", "state": state}).url == "/account/sign-in/"
    assert Client().get("/account/with/microsoft/").status_code == 405


def test_somebody_who_left_does_not_come_in_by_the_provider(room, provider):
    link(room.deputy, provider)
    services.deactivate_person(user=room.deputy)
    client = Client()
    assert come_back(client).url == "/account/sign-in/"
    assert not is_in(client)


def test_what_is_linked_to_one_person_is_not_linked_to_another_as_well(room, provider):
    link(room.lead, provider)
    link(room.deputy, provider)
    assert [a.user_id for a in SocialAccount.objects.all()] == [room.lead.pk]


def test_a_provider_that_is_not_set_up_is_not_there():
    for step in ("", "link/", "unlink/", "back/"):
        client = Client()
        answer = (
            client.get(f"/account/with/google/{step}")
            if step == "back/"
            else client.post(f"/account/with/google/{step}")
        )
        assert answer.status_code in (302, 404)
        assert not getattr(answer, "url", "/account/").startswith("http")
