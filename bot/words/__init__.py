"""The message catalogues: a `Reason` becomes a sentence in the reader's language here and nowhere else.

`bot/words/<language>/<prefix>.toml` holds the sentences of all codes that start with `<prefix>.`. Placeholders are `{name}`;
values are inserted once and never read as a template again (I8).
"""

import tomllib
from collections.abc import Mapping
from importlib import resources
from typing import Any, Literal

from executor.reason import Reason

Language = Literal["zh", "en"]


def _flatten(table: Mapping[str, Any], prefix: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in table.items():
        path = f"{prefix}.{key}"
        found.update(_flatten(value, path) if isinstance(value, Mapping) else {path: str(value)})
    return found


class Words:
    """The sentences of one language; read once."""

    def __init__(self, language: Language) -> None:
        self.language: Language = language
        self.sentences: dict[str, str] = {}
        for file in resources.files(__package__).joinpath(language).iterdir():
            if file.name.endswith(".toml"):
                self.sentences.update(_flatten(tomllib.loads(file.read_text("utf-8")), file.name.removesuffix(".toml")))

    def say(self, reason: Reason) -> str:
        """The sentence for a reason. A code that no catalogue has is shown as it is, with its values: never hidden."""
        sentence = self.sentences.get(reason.code)
        if sentence is None:
            return " ".join([reason.code, *(f"{name}={value}" for name, value in reason.values.items())])
        return sentence.format_map(reason.values)

    def __call__(self, code: str, /, **values: str | int) -> str:
        return self.say(Reason(code=code, values=values))


def both_languages() -> dict[Language, Words]:
    """For whoever answers in the reader's language. Reads files."""
    return {"zh": Words("zh"), "en": Words("en")}
