"""Optional tools of the tests: on a reader's machine their absence is a skip, in continuous integration a failure."""

from __future__ import annotations

import os
import shutil

import pytest


def need(tool: str, *, everywhere: bool = True) -> str:
    """The path of a program; without it the test is skipped, or fails where SUGARFOROIL_REQUIRE_TOOLS is set.

    Args:
        tool: its name.
        everywhere: whether continuous integration must have it; not what is too large to install for one test.
    """
    found = shutil.which(tool)
    if found is None:
        if everywhere and os.environ.get("SUGARFOROIL_REQUIRE_TOOLS"):
            pytest.fail(f"{tool} is not installed, and SUGARFOROIL_REQUIRE_TOOLS is set")
        pytest.skip(f"{tool} is not installed")
    return found
