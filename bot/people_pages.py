"""Built-in pages about people: who am I, who may approve. Pure."""

from adapters.types import Conversation, Person
from bot.access import Access, Known, Pair
from bot.answers import Told, notice
from bot.words import Words
from cards.model import Card, Fact, Section, Table, Tone
from setup_server.accounts import Role

MOST_ROWS = 50


def whoami_page(words: Words, card_id: str, person: Person, conversation: Conversation, access: Access) -> Told:
    """Role, ids and account, with the ids that the settings and `授权` want."""
    known, role = access.of(person), access.role(person)
    said = {Role.ADMINISTRATOR: "admin", Role.MEMBER: "member", Role.VIEWER: "viewer", None: "gone"}[role]
    here = _pair(person.platform, person.id)
    sentence = words(f"page.whoami_{said}", name=person.name or person.id, id=here)
    others = [
        _pair(*pair)
        for pair, other in access.known.items()
        if known.account and other.account == known.account and pair != (person.platform, person.id)
    ]
    facts = [
        Fact(label=words("page.whoami_role"), value=words(f"role.{role or 'none'}")),
        Fact(label=words("page.whoami_id"), value=here),
        Fact(label=words("page.whoami_account"), value=known.username or words("page.whoami_none")),
    ]
    if others:
        facts.append(Fact(label=words("page.whoami_others"), value=words("page.comma").join(sorted(others))))
    footer = words("page.whoami_here", id=_pair(conversation.platform, conversation.id))
    card = notice(words, card_id, words("page.whoami"), sentence).card
    return Told(card.model_copy(update={"facts": tuple(facts), "footer": (footer,)}))


def admins_page(words: Words, card_id: str, access: Access) -> Told:
    """Everybody who may approve, and by what."""
    admins = sorted(access.administrators)
    rows = tuple(
        (access.known.get(pair, Known()).name, _pair(*pair), _source(words, access, pair))
        for pair in admins[:MOST_ROWS]
    )
    columns = (words("page.admins_name"), words("page.whoami_id"), words("page.admins_from"))
    card = Card(
        id=card_id,
        kind="notice",
        language=words.language,
        tone=Tone.NEUTRAL if admins else Tone.WARNING,
        title=words("page.admins_title"),
        summary=words("page.admins_count", count=len(admins)) if admins else words("access.no_admin_bound"),
        sections=(Section(title="", body=Table(columns=columns, rows=rows)),) if rows else (),
        footer=(words("answer.more", count=len(admins) - MOST_ROWS),) if len(admins) > MOST_ROWS else (),
        final=True,
    )
    return Told(card)


def _source(words: Words, access: Access, pair: Pair) -> str:
    if pair in access.fixed:
        return words("page.admins_fixed")
    username = access.known[pair].username
    return words("page.admins_account", username=username) if username else words("page.admins_granted")


def _pair(platform: str, identifier: str) -> str:
    return f"{platform}:{identifier}"
