"""The documents tell the truth: every setting, command and dependency is in them, and nothing that is gone."""

import re
import tomllib
from pathlib import Path

from bot.cli import parser
from bot.settings import Settings

ROOT = Path(__file__).parents[1]


def read(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def test_every_setting_is_documented_and_every_documented_setting_exists() -> None:
    documented = set(re.findall(r"`([A-Z][A-Z_]+)`", read("docs/settings.md"))) - {"KUBECONFIG"}
    known = {name.upper() for name in Settings.model_fields} - {"KUBECONFIG"}
    assert documented == known


def test_both_readmes_name_every_command() -> None:
    commands = re.findall(r"^    (\w+) +\S", parser().format_help(), re.MULTILINE)
    assert {"run", "demo", "explain"} <= set(commands)
    for readme in ("README.md", "README.en.md"):
        for command in commands:
            assert f"`steward {command}" in read(readme), (readme, command)


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads(read("pyproject.toml"))
    wanted = [
        *project["project"]["dependencies"],
        *(each for group in project["dependency-groups"].values() for each in group),
    ]
    names = {re.split(r"[<>=,\s]", each)[0] for each in wanted}
    reasons = read("docs/dependencies.md")
    assert {name for name in names if not name.startswith("types-") and name not in reasons} == set()


def test_links_between_the_documents_lead_somewhere() -> None:
    for page in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")):
        for link in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text("utf-8")):
            assert (page.parent / link).exists(), f"{page.name} → {link}"


def test_no_lock_file_names_a_host() -> None:
    for lock in ROOT.glob("requirements*.lock"):
        assert not re.search(r"https?://|--index|--find-links", lock.read_text("utf-8")), lock.name


def test_every_picture_is_in_the_gallery_and_they_stay_small() -> None:
    pictures = list(ROOT.glob("docs/pictures/*.png"))
    gallery = read("docs/cards.md")
    assert pictures and [each.name for each in pictures if f"pictures/{each.name}" not in gallery] == []
    assert sum(each.stat().st_size for each in pictures) < 4_000_000


def test_every_invariant_names_tests_that_try_to_break_it() -> None:
    files = [*ROOT.glob("tests/**/test_*.py")]
    there = {
        name
        for file in files
        for name in re.findall(r"^(?:async )?def (test_\w+)", file.read_text("utf-8"), re.MULTILINE)
    }
    page = read("docs/invariants.md")
    rows = dict(re.findall(r"^\| (I\d+) \|(.+)$", page, re.MULTILINE))
    assert list(rows) == [f"I{number}" for number in range(1, 13)]
    assert {name for name, row in rows.items() if len(re.findall(r"`test_\w+`", row)) < 3} == set()
    assert set(re.findall(r"`(test_\w+)`", page)) - there == set()
