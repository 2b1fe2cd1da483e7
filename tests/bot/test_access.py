"""The rules about people: who may look, propose, approve; nobody by default (I10)."""

from hypothesis import given
from hypothesis import strategies as st

from adapters.types import Person
from bot.access import Access, Known, Pair
from setup_server.accounts import Role
from tests.bot.stand import ADMIN, MEMBER

PAIRS: list[Pair] = [("dingtalk", "u1"), ("dingtalk", "u2"), ("feishu", "u1"), ("feishu", "ou_2")]
knowns = st.builds(
    Known,
    role=st.sampled_from([None, *Role]),
    account=st.sampled_from(["", "a1", "a2"]),
    gone=st.booleans(),
)
accesses = st.builds(
    Access,
    fixed=st.frozensets(st.sampled_from(PAIRS)),
    known=st.dictionaries(st.sampled_from(PAIRS), knowns),
    default=st.sampled_from([Role.MEMBER, Role.VIEWER]),
)
persons = st.sampled_from([*PAIRS, ("dingtalk", ""), ("feishu", "stranger")]).map(
    lambda pair: Person(platform=pair[0], id=pair[1], name="")
)


def test_nobody_may_approve_when_nobody_is_bound() -> None:
    for person in (ADMIN, MEMBER, ADMIN.model_copy(update={"id": ""})):
        assert Access().why_not_approve(person) is not None


@given(access=accesses, person=persons)
def test_only_a_bound_administrator_who_has_not_left_may_approve(access: Access, person: Person) -> None:
    pair = (person.platform, person.id)
    may = access.why_not_approve(person) is None
    assert may == (pair in access.administrators)
    if may:
        known = access.known.get(pair, Known())
        assert person.id and not known.gone
        assert pair in access.fixed or known.role is Role.ADMINISTRATOR
        assert access.why_not_propose(person) is None and access.why_not_look(person) is None


@given(access=accesses, person=persons, role=st.sampled_from([None, *Role]))
def test_another_role_for_one_person_changes_nobody_elses(access: Access, person: Person, role: Role | None) -> None:
    after = access.with_role(person, role)
    for pair in PAIRS:
        other = Person(platform=pair[0], id=pair[1], name="")
        if not access.same(person, other):
            assert after.role(other) is access.role(other)
    if person.id and (person.platform, person.id) not in access.fixed:
        assert after.role(person) is (role or access.default)


def test_who_is_in_the_settings_stays_an_administrator_and_cannot_after_leaving() -> None:
    pair = (ADMIN.platform, ADMIN.id)
    demoted = Access(frozenset({pair}), {pair: Known(role=Role.VIEWER)})
    assert demoted.why_not_approve(ADMIN) is None
    left = Access(frozenset({pair}), {pair: Known(gone=True)})
    refusal = left.why_not_approve(ADMIN)
    assert refusal is not None and refusal.code == "access.gone"
    assert left.administrators == frozenset()


def test_a_viewer_may_look_and_not_propose() -> None:
    access = Access(default=Role.VIEWER)
    assert access.why_not_look(MEMBER) is None
    refusal = access.why_not_propose(MEMBER)
    assert refusal is not None and refusal.code == "access.viewer"


def test_two_identities_of_one_account_are_one_person() -> None:
    here, there = (Person(platform="dingtalk", id="u1", name=""), Person(platform="feishu", id="ou_2", name=""))
    known = {("dingtalk", "u1"): Known(account="a"), ("feishu", "ou_2"): Known(account="a")}
    assert Access(known=known).same(here, there)
    assert not Access().same(here, there)
