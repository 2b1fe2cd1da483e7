"""A terminal that is written to while somebody types: what comes appears above the line being typed."""

import asyncio
import contextlib
import queue
import readline
import shutil
import sys
import termios
import threading
from collections.abc import Iterator

from sandbox.terminal_card import width

_END_OF_PASTING = "\x1b[?2004l"
"""Takes back what readline asks of the terminal while a line is edited."""


class Console:
    """One line at a time, edited with readline; `write` may be called at any time, from the loop's thread."""

    def __init__(self) -> None:
        self._prompts: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._lines: asyncio.Queue[str | None] = asyncio.Queue(maxsize=1)
        self._prompt = ""
        self._is_editing = False

    @contextlib.contextmanager
    def open(self) -> Iterator[None]:
        """Reads in a daemon thread, since a blocking read cannot be cancelled; the terminal is given back as it was."""
        loop = asyncio.get_running_loop()
        before = termios.tcgetattr(sys.stdin)
        readline.set_pre_input_hook(self._begin)
        threading.Thread(target=self._read, args=(loop,), daemon=True, name="stdin").start()
        try:
            yield
        finally:
            readline.set_pre_input_hook(None)
            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)
            if self._is_editing and sys.stdout.isatty():
                self._is_editing = False
                self.write(_END_OF_PASTING)

    async def ask(self, prompt: str) -> str | None:
        """The next line, None at the end of input."""
        self._prompt = prompt
        self._prompts.put(prompt)
        return await self._lines.get()

    def write(self, text: str) -> None:
        if not self._is_editing:
            print(text, flush=True)
            return
        typed = self._prompt + readline.get_line_buffer()
        rows_above = width(typed) // shutil.get_terminal_size().columns
        up = f"\x1b[{rows_above}A" if rows_above else ""
        print(f"\r{up}\x1b[J{text}\n\n{typed}", end="", flush=True)

    def _begin(self) -> None:
        """The prompt has been printed, and the buffer is that of the new line."""
        self._is_editing = True

    def _read(self, loop: asyncio.AbstractEventLoop) -> None:
        line: str | None = ""
        while line is not None:
            prompt = self._prompts.get()
            try:
                line = input(prompt)
            except (EOFError, OSError, UnicodeDecodeError):
                line = None
            self._is_editing = False
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody asks any more
                loop.call_soon_threadsafe(self._lines.put_nowait, line)
