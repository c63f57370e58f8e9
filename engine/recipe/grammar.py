"""The gateway to Hydra's override grammar, in which ranges are written."""

from __future__ import annotations

from typing import Any

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.errors import HydraException

from engine.errors import RangeError


def sweep(text: str) -> Any:
    """Parse one sweep, such as ``range(3, 10)``, into Hydra's own object for it.

    Raises
    ------
    RangeError
        If Hydra cannot read it, with Hydra's reason in one line.
    """
    try:
        override = OverridesParser.create().parse_override(f"value={text}")
    except HydraException as error:
        raise RangeError(f"{text!r} is not a range that Hydra can read: {_reason(error)}") from None
    except RecursionError:
        raise RangeError("the range is nested too deep for Hydra to read") from None
    if not override.is_sweep_override():
        raise RangeError(
            f"{text!r} is not a range; write range(a, b), interval(a, b) or choice(...)"
        )
    return override.value()


def _reason(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1] if lines[0].startswith("Error") or "TypeError" in lines[0] else lines[0]
