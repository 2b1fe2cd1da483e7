"""How long each thing may take on DingTalk."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds, each with what is known of the platform.

    `silence`: no frame at all; pings come every 20–30 s. `click`: an answer is due within 2 s of DingTalk's own clock.
    `message`: until a message is persisted, or it is left to come again. `drain`: for handlers at the end; after a disconnect
    frame the gateway reads on for 10 s. `moment`: for answers that are about to be given when we leave. `request`: one REST call.
    """

    silence: float = 75.0
    click: float = 1.8
    message: float = 20.0
    drain: float = 5.0
    moment: float = 0.5
    request: float = 10.0


USUAL = Patience()
