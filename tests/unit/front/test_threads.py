"""Which session does a request belong to, whose pages run in half the threads at most?"""

from safeguarding.front.threads import session_of


def test_a_session_is_the_same_whenever_its_cookie_was_signed(settings):
    name = settings.SESSION_COOKIE_NAME
    first, again, other = ("a:1vX:sig", "a:1vY:gis", "b:1vX:sig")
    assert session_of({"HTTP_COOKIE": f"{name}={first}"}) == session_of({"HTTP_COOKIE": f"{name}={again}"}) != ""
    assert session_of({"HTTP_COOKIE": f"{name}={other}"}) != session_of({"HTTP_COOKIE": f"{name}={first}"})
    assert session_of({}) == ""
