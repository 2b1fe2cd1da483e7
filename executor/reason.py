"""Why something is so, as a word and its values; the language is chosen where it is shown."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Frozen(BaseModel):
    """A value: immutable, no unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Reason(Frozen):
    """A sentence in no language yet.

    `code` names an entry of the message catalogues (`bot/words/*.toml`), such as `risk.scale_to_zero`;
    `values` fill its placeholders. Values are text from people and from the cluster: masked, never markup.
    """

    code: Annotated[str, Field(pattern=r"^[a-z]+(\.[a-z0-9_]+)+$")]
    values: dict[str, str | int] = {}


def reason(code: str, /, **values: str | int) -> Reason:
    return Reason(code=code, values=values)
