"""Conversions between the units that the sources print and the units that the tables use.

This is the only place with conversion constants. Every function takes and returns a plain number, or anything
that multiplies like one (a pandas Series, a NumPy array), and keeps its shape.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import pandas as pd

Numbers = TypeVar("Numbers", float, "pd.Series[float]", "np.ndarray")

KILOGRAMS_PER_POUND = 0.45359237
"""International avoirdupois pound, exact since the agreement of 1959."""

POUNDS_PER_TONNE = 1000 / KILOGRAMS_PER_POUND
"""About 2,204.62."""

TONNES_PER_LONG_TON = 2240 * KILOGRAMS_PER_POUND / 1000
"""Long ton (2,240 pounds), used for sugar in British and older American tables."""

TONNES_PER_SHORT_TON = 2000 * KILOGRAMS_PER_POUND / 1000
"""Short ton (2,000 pounds), used for sugar by the United States Department of Agriculture."""

TONNES_PER_SPANISH_LONG_TON = 2271.64 * KILOGRAMS_PER_POUND / 1000
"""Spanish long ton (2,271.64 pounds), used in Cuban sugar law and statistics before 1960."""

KILOMETRES_PER_NAUTICAL_MILE = 1.852
"""International nautical mile, exact."""


def nautical_miles_to_km(value: Numbers) -> Numbers:
    """Nautical miles, as navies and missile ranges count, to kilometres."""
    return value * KILOMETRES_PER_NAUTICAL_MILE


def dollars_per_kg_to_cents_per_lb(value: Numbers) -> Numbers:
    """US dollars per kilogram (World Bank Pink Sheet) to US cents per pound (the sugar trade's unit)."""
    return value * (100 * KILOGRAMS_PER_POUND)


def cents_per_lb_to_dollars_per_tonne(value: Numbers) -> Numbers:
    """US cents per pound to US dollars per tonne: 1 cent a pound is about 22.05 dollars a tonne."""
    return value * (POUNDS_PER_TONNE / 100)


def dollars_per_tonne_to_cents_per_lb(value: Numbers) -> Numbers:
    """US dollars per tonne to US cents per pound."""
    return value * (100 / POUNDS_PER_TONNE)


def short_tons_to_tonnes(value: Numbers) -> Numbers:
    """Short tons to metric tonnes."""
    return value * TONNES_PER_SHORT_TON


def long_tons_to_tonnes(value: Numbers) -> Numbers:
    """Long tons to metric tonnes."""
    return value * TONNES_PER_LONG_TON


def spanish_long_tons_to_tonnes(value: Numbers) -> Numbers:
    """Spanish long tons (Cuba) to metric tonnes."""
    return value * TONNES_PER_SPANISH_LONG_TON


CONVERSIONS = {
    ("US dollars per kilogram", "US cents per pound"): 100 * KILOGRAMS_PER_POUND,
    ("US dollars per tonne", "US cents per pound"): 100 / POUNDS_PER_TONNE,
    ("short tons", "thousand tonnes"): TONNES_PER_SHORT_TON / 1000,
    ("thousand short tons", "thousand tonnes"): TONNES_PER_SHORT_TON,
    ("thousand long tons", "thousand tonnes"): TONNES_PER_LONG_TON,
    ("thousand Spanish long tons", "thousand tonnes"): TONNES_PER_SPANISH_LONG_TON,
}
"""Factor from a printed unit to a table's unit, by the exact words of `unit_printed` and `unit`."""


def factor(unit_printed: str, unit: str) -> float:
    """The number that turns a value printed in one unit into another.

    Equal units give 1. Raises KeyError, naming both units, for a pair that no table uses.
    """
    if unit_printed == unit:
        return 1.0
    try:
        return CONVERSIONS[unit_printed, unit]
    except KeyError:
        raise KeyError(f"no conversion from {unit_printed!r} to {unit!r} is known") from None
