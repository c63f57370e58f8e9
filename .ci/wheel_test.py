"""Compare an installed wheel with the checkout it was built from: ``wheel_test.py CHECKOUT``."""

import sys
from importlib.resources import files
from pathlib import Path

checkout = Path(sys.argv[1])
package = Path(str(files("engine")))
plugins = package.parent / "hydra_plugins"


def names(folder: Path) -> set[str]:
    """Return the files below ``folder``, without what Python writes itself."""
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return {str(path) for path in found if "__pycache__" not in path.parts}


def missing(have: Path, want: Path) -> list[str]:
    """Return the files of ``want`` that ``have`` lacks."""
    return [str(want / name) for name in sorted(names(want) - names(have))]


assert not package.is_relative_to(checkout), f"{package} is the checkout, not the wheel"
lacking = [
    *missing(package, checkout / "engine"),
    *missing(package / "_data" / "conf", checkout / "conf"),
    *missing(package / "_data" / "recipes", checkout / "recipes"),
    *missing(plugins, checkout / "hydra_plugins"),
]
assert not (plugins / "__init__.py").exists(), "hydra_plugins must stay a namespace"
if lacking:
    sys.exit("not in the wheel:\n  " + "\n  ".join(lacking))
print(f"the wheel holds {len(names(package))} files of the engine, conf and recipes")
