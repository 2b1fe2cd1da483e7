"""Only a path of ours comes out, whatever goes in."""

from urllib.parse import unquote, urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setup_server.deep_link import destination, login_link


@pytest.mark.parametrize(
    "path", ["/", "/chat?card_id=7f3k-92qd", "/audit?who=%40chen&day=2026-11-22", "/chat?x=%E4%B8%AD"]
)
def test_a_deep_link_stays_as_it_is(path: str) -> None:
    assert destination(path) == path


@given(st.text(alphabet="/\\.:%25cfa?#@ \t\n\u2028x", max_size=30))
def test_no_text_leads_to_another_host(wanted: str) -> None:
    found = destination(wanted)
    for form in (found, unquote(found), unquote(unquote(found))):
        as_browsers_do = form.replace("\\", "/").replace("\t", "").replace("\n", "").replace("\r", "")
        assert urlsplit(urljoin("https://aiops.example/login", as_browsers_do)).netloc == "aiops.example"
    assert found.startswith("/")


def test_the_sign_in_page_of_a_bad_link_leads_home() -> None:
    assert login_link("//evil.example") == "/login"
    assert login_link("/chat?card_id=1&x=2") == "/login?next=/chat%3Fcard_id%3D1%26x%3D2"
