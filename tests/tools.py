"""Optional tools of the tests: on a reader's machine their absence is a skip, in continuous integration a failure."""

from __future__ import annotations

import os
import shutil

import pytest


def need(tool: str) -> str:
    """The path of a program; without it the test is skipped, or fails where SUGARFOROIL_REQUIRE_TOOLS is set."""
    found = shutil.which(tool)
    if found is None:
        if os.environ.get("SUGARFOROIL_REQUIRE_TOOLS"):
            pytest.fail(f"{tool} is not installed, and SUGARFOROIL_REQUIRE_TOOLS is set")
        pytest.skip(f"{tool} is not installed")
    return found
