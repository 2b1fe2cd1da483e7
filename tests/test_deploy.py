"""What people deploy fits what is built."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_the_image_starts_the_command_that_the_wheel_brings() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    dockerfile = (ROOT / "deploy/Dockerfile").read_text("utf-8")
    assert 'ENTRYPOINT ["steward"]' in dockerfile
    assert "steward" in project["project"]["scripts"]
    assert "--require-hashes" in dockerfile
    assert re.search(r"^USER \d+$", dockerfile, re.MULTILINE), "never as root"


def test_what_the_image_needs_is_not_kept_from_it() -> None:
    kept_away = (ROOT / ".dockerignore").read_text("utf-8").split()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    needed = {
        *project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"],
        project["project"]["readme"],
        *project["project"]["license-files"],
    }
    assert needed.isdisjoint(kept_away)


def test_every_setting_in_the_compose_file_is_one() -> None:
    settings = (ROOT / "docs/settings.md").read_text("utf-8")
    compose = (ROOT / "docker-compose.yml").read_text("utf-8")
    for name in re.findall(r"^ {6}([A-Z_]+):", compose, re.MULTILINE):
        assert f"`{name}`" in settings, name
