"""Whether people see the cause: on the card, in every language."""

from bot import answers
from bot.words import Words
from executor.triage import Diagnosis
from tests.cluster.ailments.ailment import Ailment

LANGUAGES = (Words("zh"), Words("en"))


def on_cards(diagnosis: Diagnosis, ailment: Ailment) -> bool:
    cards = [text_of_card(words, diagnosis) for words in LANGUAGES]
    return all(text in card for text in ailment.shows for card in cards)


def text_of_card(words: Words, diagnosis: Diagnosis) -> str:
    return answers.diagnosis(words, "card", diagnosis).card.model_dump_json().replace('\\"', '"')


def quotes(diagnosis: Diagnosis, line: str) -> bool:
    """Whether the line of a crashed container's log is evidence, and the cards' sentence says it (or its message, of JSON)."""
    evidence = {said for finding in diagnosis.findings for each in finding.evidence for said in each.lines}
    told = [finding for finding in diagnosis.findings if finding.cause.code == "triage.crash_said"]
    short = str(told[0].cause.values["line"]).partition("…")[0] if told else ""
    return line in evidence and bool(short) and all(short in text_of_card(words, diagnosis) for words in LANGUAGES)
