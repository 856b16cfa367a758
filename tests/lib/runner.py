"""Runs the `test_…` functions of a module, each with what it asks for by the names of its parameters."""

import inspect
import sys
import time
import traceback


def run(module: dict, **given) -> None:
    """Exits with 1 when a test fails; all of them run."""
    failed = []
    only = sys.argv[1:]
    for name, function in list(module.items()):
        if not name.startswith("test_") or (only and name not in only):
            continue
        start = time.monotonic()
        try:
            function(**{parameter: given[parameter] for parameter in inspect.signature(function).parameters})
            print(f"ok    {name} ({time.monotonic() - start:.1f} s)", flush=True)
        except Exception:
            failed.append(name)
            print(f"FAIL  {name}\n{traceback.format_exc()}", flush=True)
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")
