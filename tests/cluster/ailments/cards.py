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
