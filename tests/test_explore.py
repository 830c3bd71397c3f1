"""The page for exploring: its sentences follow from the tables, and its scripts fit its charts."""

from __future__ import annotations

import itertools
import json
import re
from pathlib import Path

import altair
import pytest

from sugarforoil import datasets
from sugarforoil.publish import explore, site

VIEWS = explore.views()
IDS = [view.name for view in VIEWS]


@pytest.mark.parametrize("view", VIEWS, ids=IDS)
def test_every_combination_of_choices_has_a_sentence_and_rows(view):
    (everything,) = view.chart.to_dict()["datasets"].values()
    named = [one.name for one in view.choices]
    for values in itertools.product(*(one.options for one in view.choices)):
        assert view.texts()[" ".join(values)]
        chosen = dict(zip(named, values, strict=True))
        rows = [row for row in everything if all(row.get(key, value) == value for key, value in chosen.items())]
        assert len(rows) >= 3
    assert len({one.name for view in VIEWS for one in view.choices}) == sum(len(view.choices) for view in VIEWS), (
        "the address of the page names choices: two of one name would be one"
    )


@pytest.mark.parametrize("view", VIEWS, ids=IDS)
def test_the_chart_starts_with_what_the_lists_show_first(view):
    params = {one["name"]: one["value"] for one in view.chart.to_dict()["params"]}
    assert params == {one.name: next(iter(one.options)) for one in view.choices}


def test_the_sum_of_premiums_is_that_of_the_table():
    table = datasets.load("sugar_premium").query("counterfactual == 'eu' and 1961 <= year <= 1991")
    said = next(view for view in VIEWS if view.name == "premium").texts()["eu current"]
    assert f"${table['premium'].sum() / 1000:.2f}\N{NO-BREAK SPACE}billion" in said


def test_the_fall_of_incomes_is_that_of_the_table():
    income = datasets.load("gdp_per_head").query("territory == 'CUB' and vintage == 'maddison_2018'").set_index("year")
    fall = 1 - income.loc[1994, "value"] / income.loc[1989, "value"]
    said = next(view for view in VIEWS if view.name == "income").texts()["maddison_2018 level Jamaica"]
    assert f"fell by {fall:.0%}" in said


def test_vega_lite_is_of_the_version_that_altair_writes_for(root: Path):
    scripts = site.SCRIPTS["book/reference/explore"]
    assert all((root / "book" / "_static" / script).exists() for script in scripts)
    (version,) = re.findall(r"vega-lite-(\d+\.\d+)", " ".join(scripts))
    assert altair.SCHEMA_VERSION.startswith(f"v{version}.")


def test_what_stands_in_the_page_cannot_end_its_script():
    view = explore.View("x", "</script><b>", "", [], [], VIEWS[0].chart)
    assert "<" not in explore.described(view)
    assert json.loads(explore.described(view))["title"] == "</script><b>"
