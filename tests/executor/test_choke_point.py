"""I1: there is one way to a change. These tests read the source, so that a second way fails before it is used."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PRODUCT = ("adapters", "bot", "cards", "executor")


def calls() -> Iterator[tuple[str, ast.Call]]:
    for package in PRODUCT:
        for path in (ROOT / package).rglob("*.py"):
            module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call):
                    yield module, node


def keyword(call: ast.Call, name: str) -> ast.expr | None:
    return next((each.value for each in call.keywords if each.arg == name), None)


def test_a_real_write_is_sent_in_one_place() -> None:
    """Every other `dry_run=` is True, or passes on what its caller said within the writer itself."""
    real = [
        module
        for module, call in calls()
        if (value := keyword(call, "dry_run")) is not None
        and not (isinstance(value, ast.Constant) and value.value is True)
    ]
    assert sorted(real) == ["executor.run", "executor.writes", "executor.writes"]


def test_a_command_is_run_in_one_place() -> None:
    execs = {module for module, call in calls() if isinstance(call.func, ast.Attribute) and call.func.attr == "exec"}
    assert execs == {"executor.run"}
    opened = {
        module for module, call in calls() if isinstance(call.func, ast.Attribute) and call.func.attr == "websocket"
    }
    assert opened == {"executor.terminal"}


def test_requests_that_change_are_made_by_the_writer_alone() -> None:
    changing = {
        module
        for module, call in calls()
        if isinstance(call.func, ast.Name)
        and call.func.id == "Request"
        and (not isinstance(call.args[0], ast.Constant) or call.args[0].value != "GET")
    }
    assert changing == {"executor.writer", "executor.reader"}  # the reader's is its question what it may do
    assert {module for module, call in calls() if keyword(call, "effect") is not None} == {
        "executor.writer",
        "executor.wire",
        "executor.traces",
    }


def test_no_shell_and_no_process_in_the_product() -> None:
    """I8. The login plugin of a kubeconfig is the library's."""
    names = {"create_subprocess_exec", "create_subprocess_shell", "Popen", "system", "popen", "execv", "execve", "eval"}
    found = [
        (module, ast.unparse(call.func))
        for module, call in calls()
        if ast.unparse(call.func).rpartition(".")[2] in names
        or ast.unparse(call.func).startswith("subprocess.")
        or ast.unparse(call.func) == "exec"
    ]
    assert found == []


def test_the_client_library_is_loaded_only_by_who_connects() -> None:
    code = "import sys, executor.run, executor.resolve, executor.recover; print('kubernetes_asyncio' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True, cwd=ROOT)
    assert ran.stdout == "False\n"
