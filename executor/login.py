"""The part of kubernetes_asyncio that logs in, without the rest of it.

Importing the package runs an `__init__` that imports every API group and model: 850 modules, 34 MB and 0.3 s for classes of which
none is used here. So while its login is imported, two empty packages with its paths stand in for the package and its client, and
are gone afterwards: whoever imports the whole package later gets the whole package.
"""

import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

__all__ = ["Configuration", "load_incluster_config", "load_kube_config"]

_PACKAGE, _CLIENT = "kubernetes_asyncio", "kubernetes_asyncio.client"


class _ApiClient:
    """What the login names and does not use, until somebody asks for one."""

    def __new__(cls, *args: Any, **options: Any) -> Any:
        return importlib.import_module(_CLIENT).ApiClient(*args, **options)


@contextmanager
def _lightly() -> Iterator[None]:
    found = importlib.util.find_spec(_PACKAGE) if _PACKAGE not in sys.modules else None
    if found is None or not found.submodule_search_locations:
        yield  # it is here already, or not installed: then the import below says so
        return
    package, client = ModuleType(_PACKAGE), ModuleType(_CLIENT)
    package.__path__ = list(found.submodule_search_locations)
    client.__path__ = [f"{path}/client" for path in package.__path__]
    sys.modules[_PACKAGE], sys.modules[_CLIENT] = package, client
    try:
        from kubernetes_asyncio.client import configuration  # noqa: PLC0415 - into the stand-in, before it is asked for

        client.Configuration = configuration.Configuration  # type: ignore[attr-defined]
        client.ApiClient = _ApiClient  # type: ignore[attr-defined]
        yield
    finally:
        del sys.modules[_PACKAGE], sys.modules[_CLIENT]


with _lightly():
    from kubernetes_asyncio.client import Configuration
    from kubernetes_asyncio.config import load_incluster_config, load_kube_config
