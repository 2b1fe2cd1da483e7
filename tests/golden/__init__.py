"""Files that hold what output shall look like; `pytest --update-golden` rewrites them, and a person looks at the difference."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Golden:
    folder: Path
    update: bool

    def check(self, name: str, text: str) -> None:
        file = self.folder / name
        if self.update:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, "utf-8")
        assert file.exists(), f"{name} is not there yet: pytest --update-golden"
        assert text == file.read_text("utf-8")
