import pytest
from jsonschema import Draft202012Validator

from cards.schema import SCHEMA, schema, schema_text
from tests.cards.samples import STATES, sample


def test_the_file_is_what_the_model_says() -> None:
    assert SCHEMA.read_text("utf-8") == schema_text(), "python -m cards.schema"


def test_it_is_a_schema_of_draft_2020_12() -> None:
    Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("state", STATES)
def test_every_card_obeys_it(state: str) -> None:
    Draft202012Validator(schema()).validate(sample(state, "zh").model_dump(mode="json"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "poem"},
        {"version": 0},
        {"html": "<b>"},
        {"buttons": [{"id": "Not An Id", "text": "x"}]},
        {"sections": [{"title": "x", "body": {"type": "html", "text": "x"}}]},
        {"progress": {"percent": 101, "step": "x"}},
    ],
)
def test_what_is_no_card_breaks_it(wrong: dict[str, object]) -> None:
    card = sample("notice", "zh").model_dump(mode="json") | wrong
    assert not Draft202012Validator(schema()).is_valid(card)
