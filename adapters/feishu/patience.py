"""How long each thing may take on Feishu."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds, each with what is known of the platform.

    `silence`: nothing heard, on top of two of the gateway's ping intervals. `click`: an answer is due within 3 s, sending
    included. `message`: until a message is persisted; Feishu sends it again when it has heard nothing for 3 s. `moment`: for
    answers in hand before the close frame. `drain`: for the gateway's goodbye, and for handlers at the end. `request`: one REST
    call.
    """

    silence: float = 10.0
    click: float = 2.6
    message: float = 20.0
    moment: float = 0.5
    drain: float = 5.0
    request: float = 10.0


USUAL = Patience()
