"""Harbour's own packages, read from the app registry: what is ours, and what is a library's.

An app is Harbour's own where its top-level package lies in the project's folder. So a new package, such as `sharing`,
is guarded by the read gate and by the proofs of the tests from the moment it stands in `INSTALLED_APPS`.
"""

from functools import lru_cache
from pathlib import Path

from django.apps import AppConfig, apps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


def own_apps() -> list[AppConfig]:
    """The apps of Harbour's own, in the order of `INSTALLED_APPS`."""
    return [config for config in apps.get_app_configs() if _is_here(config)]


def own_packages() -> tuple[str, ...]:
    """The names of the top-level packages, such as `safeguarding`, each once."""
    return _packages(tuple(apps.app_configs.values()))


def is_own(module: str) -> bool:
    """Whether a module, by its dotted name, is Harbour's own."""
    return module.split(".", 1)[0] in own_packages()


@lru_cache(maxsize=4)
def _packages(configs: tuple[AppConfig, ...]) -> tuple[str, ...]:
    """The packages of these apps. Cached by them: the read gate asks at every query."""
    found = tuple(dict.fromkeys(config.name.split(".", 1)[0] for config in configs if _is_here(config)))
    if __name__.split(".", 1)[0] not in found:
        raise ImproperlyConfigured(f"{__name__} is not in {settings.BASE_DIR}: the read gate would guard nothing.")
    return found


def _is_here(config: AppConfig) -> bool:
    """Whether its top-level package is a folder of the project: of no environment inside it, nor of the tests, whose
    apps answer nobody.
    """
    path, root, package = Path(config.path).resolve(), Path(settings.BASE_DIR).resolve(), config.name.split(".", 1)[0]
    return package != "tests" and path.is_relative_to(root) and path.relative_to(root).parts[0] == package
