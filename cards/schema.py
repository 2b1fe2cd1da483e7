"""The JSON Schema of a card, for whoever writes or checks cards outside of Python. `python -m cards.schema` writes it."""

import json
from pathlib import Path
from typing import Any

from cards.model import Card

SCHEMA = Path(__file__).with_name("schema.json")


def schema() -> dict[str, Any]:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:steward:card",
        **Card.model_json_schema(mode="serialization"),
    }


def schema_text() -> str:
    return json.dumps(schema(), ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    SCHEMA.write_text(schema_text(), "utf-8")
