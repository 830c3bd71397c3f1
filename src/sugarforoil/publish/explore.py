"""The page for exploring: charts whose assumption the reader chooses.

`sugarforoil.publish.reference` writes it to `book/reference/explore.md`. Each chart is a Vega-Lite specification made
by altair, with the rows in it; the page's script (`book/_static/js/explore.js`) sets the parameters that the reader
chooses. The sentence for each choice is computed here, from the same rows, and not in the browser.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import altair as alt
import pandas as pd

from sugarforoil import datasets, findings
from sugarforoil.style import COLOURS, GREY, GRID, INK

SANS = "'Source Sans 3', 'Segoe UI', 'Helvetica Neue', Arial, sans-serif"
HEIGHT = 300  # pixels; the width is that of the page
Drawn = alt.Chart | alt.LayerChart | alt.FacetChart
EVERY_FIFTH = "datum.value % 5 == 0 ? datum.label : ''"


@dataclass(frozen=True)
class Choice:
    """One thing that the reader chooses: its parameter, the question, and value -> words. The first is the default."""

    name: str
    label: str
    options: dict[str, str]


@dataclass(frozen=True)
class View:
    """A chart with its choices; `say` gives the sentence for the values chosen, in the order of the choices."""

    name: str
    title: str
    lead: str
    tables: list[str]
    choices: list[Choice]
    chart: Drawn
    columns: dict[str, str] = field(default_factory=dict)
    say: Callable[..., str] = lambda *_: ""

    def texts(self) -> dict[str, str]:
        """The sentence for every combination of choices; the key joins their values with a space."""
        every = itertools.product(*(choice.options for choice in self.choices))
        return {" ".join(values): self.say(*values) for values in every}


def views() -> list[View]:
    """The charts of the page, in their order."""
    return [premium(), income(), turnover()]


# --- the charts ---------------------------------------------------------------------------------------------------


def premium() -> View:
    """The implied premium on sugar, under each counterfactual."""
    table = datasets.load("sugar_premium").query("year <= 1995")
    kinds = {"current": "premium", "constant": "premium_constant"}
    rows = [
        {"year": row["year"], "counterfactual": row["counterfactual"], "dollars": kind, "value": round(row[column])}
        for row in records(table)
        for kind, column in kinds.items()
        if pd.notna(row[column])
    ]
    choices = [
        Choice(
            "counterfactual",
            "Compare the price that Cuba received with",
            {
                "world": "the free market of the year",
                "world_5yr": "the free market, mean of five years",
                "usa": "the American quota price",
                "eu": "the price negotiated with Europe",
            },
        ),
        Choice("dollars", "In", {"current": "dollars of the year", "constant": "dollars of 2015"}),
    ]

    def say(counterfactual: str, dollars: str) -> str:
        values = {
            one["year"]: one["value"]
            for one in rows
            if (one["counterfactual"], one["dollars"]) == (counterfactual, dollars)
        }
        best, worst = max(values, key=lambda year: values[year]), min(values, key=lambda year: values[year])
        alliance = sum(value for year, value in values.items() if 1961 <= year <= 1991)
        return (
            f"From {max(1961, min(values))} to 1991 the premiums add up to {findings.dollars(1e6 * alliance)}. "
            f"The best year was {best} ({findings.dollars(1e6 * values[best])}), the worst {worst} "
            f"({findings.dollars(1e6 * values[worst])})."
        )

    bars = (
        chart(rows, choices)
        .mark_bar()
        .encode(
            x=alt.X("year:O", title=None, axis=alt.Axis(labelAngle=0, labelExpr=EVERY_FIFTH, ticks=False)),
            y=alt.Y("value:Q", title="million US dollars"),
            color=alt.condition("datum.value < 0", alt.value(COLOURS["ussr"]), alt.value(COLOURS["cuba"])),
        )
    )
    return View(
        name="premium",
        title="What was the sugar price worth?",
        lead="(Price received − price elsewhere) × tonnes, over all buyers: {doc}`the method </book/methods>`.",
        tables=["sugar_premium"],
        choices=choices,
        chart=styled(bars),
        columns={"year": "Year", "value": "Million US dollars"},
        say=say,
    )


PEERS = {"CRI": "Costa Rica", "DOM": "Dominican Republic", "JAM": "Jamaica", "MEX": "Mexico"}


def income() -> View:
    """Income per head in Cuba and a country to compare it with, by vintage."""
    table = datasets.load("gdp_per_head")
    table = table[table["territory"].isin(["CUB", *PEERS]) & table["year"].ge(1950)]
    # A series that ends before 1989 (the neighbours in the release of 2018) has no year to start the index from.
    table = table.groupby(["vintage", "territory"]).filter(lambda series: series["year"].eq(1989).any())
    level = table.set_index(["vintage", "territory", "year"])["value"].sort_index()
    rows = [
        {
            "year": row["year"],
            "country": PEERS.get(row["territory"], "Cuba"),
            "vintage": row["vintage"],
            "measure": measure,
            "value": round(
                row["value"] * (100 / level[row["vintage"], row["territory"], 1989] if measure == "index" else 1)
            ),
        }
        for row in records(table)
        for measure in ("index", "level")
    ]
    choices = [
        Choice(
            "vintage",
            "Whose figures",
            {
                "maddison_2023": "Maddison, release of 2023",
                "maddison_2018": "Maddison, release of 2018",
                "world_bank_2026": "World Bank",
            },
        ),
        Choice("measure", "Shown as", {"index": "1989 = 100", "level": "dollars a head, of the vintage"}),
        Choice("peer", "Beside", {name: name for name in PEERS.values()}),
    ]

    def say(vintage: str, measure: str, peer: str) -> str:
        cuba = level[vintage, "CUB"]
        low = int(cuba.loc[1989:1999].idxmin())
        text = f"From 1989 to its lowest year, {low}, Cuba’s income per head {moved(cuba, low)}"
        code = next(code for code, name in PEERS.items() if name == peer)
        if (vintage, code, low) in level.index:
            text += f"; that of {peer.replace('Dominican', 'the Dominican')} {moved(level[vintage, code], low)}"
        back = cuba[(cuba.index > low) & (cuba >= cuba[1989])]
        return f"{text}. " + (f"Cuba’s passed the level of 1989 again in {back.index.min()}." if len(back) else NOT_YET)

    colour = alt.condition("datum.country == 'Cuba'", alt.value(COLOURS["cuba"]), alt.value(GREY))
    base = (
        chart(rows, choices[:2], choices[2:])
        .transform_filter("datum.country == 'Cuba' || datum.country == peer")
        .encode(x=years(), y=alt.Y("value:Q", title=None), color=colour, detail="country:N")
    )
    lines = base.mark_line().encode(size=alt.condition("datum.country == 'Cuba'", alt.value(3), alt.value(1.5)))
    ends = (
        base.transform_joinaggregate(last="max(year)", groupby=["country"])
        .transform_filter("datum.year == datum.last")
        .mark_text(align="right", dy=-10, fontSize=14)
        .encode(text="country:N")
    )
    return View(
        name="income",
        title="How far did incomes fall?",
        lead="Output per head in Cuba and in another country.",
        tables=["gdp_per_head"],
        choices=choices,
        chart=styled(alt.layer(lines, ends)),
        columns={"year": "Year", "country": "Country", "value": "Value"},
        say=say,
    )


def moved(series: pd.Series, year: int) -> str:
    """How a series by year changed from 1989 to `year`: "fell by 12%"."""
    change = series[year] / series[1989] - 1
    return f"{'rose' if change > 0 else 'fell'} by {findings.percent(abs(change))}"


NOT_YET = "Cuba’s had not passed the level of 1989 again in the last year of the figures."


def turnover() -> View:
    """Trade between Russia and Cuba, by who counts."""
    table = datasets.load("turnover_russia")
    table = table[
        table["flow"].eq("turnover")
        & table["period"].eq("year")
        & table["unit"].eq("million US dollars")
        & table["status"].eq("recorded")
        & table["value"].notna()
    ]
    options = {
        "cow": "the Correlates of War data",
        "russian": "Russian customs and officials",
        "cuban": "the Cuban statistics office and officials",
        "press": "news agencies",
    }
    rows = [
        {name: row[name] for name in ("year", "series", "value", "preferred")}
        for row in records(table)
        if row["series"] in options
    ]
    choices = [Choice("series", "Count by", options)]

    def say(series: str) -> str:
        chosen = [one for one in rows if one["series"] == series]
        last = max(one["year"] for one in chosen)
        values = sorted(one["value"] for one in chosen if one["year"] == last)
        last_value = findings.listing(findings.dollars(1e6 * value, 0) for value in values)
        others = [one for one in rows if one["year"] == last and one["series"] != series]
        other = (
            f" For that year others have {findings.listing(findings.dollars(1e6 * one['value'], 0) for one in others)}."
            if others
            else ""
        )
        return f"Its last figure is of {last}: {last_value}.{other}"

    points = (
        chart(rows, choices)
        .mark_point(size=70, filled=True)
        .encode(
            x=years(),
            y=alt.Y("value:Q", title="million US dollars"),
            color=alt.value(COLOURS["russia"]),
            opacity=alt.condition("datum.preferred", alt.value(1), alt.value(0.45)),
        )
    )
    return View(
        name="turnover",
        title="How much do Russia and Cuba trade?",
        lead="Exports and imports, whole years. The statistics disagree and are not joined. Pale: not preferred.",
        tables=["turnover_russia"],
        choices=choices,
        chart=styled(points),
        columns={"year": "Year", "value": "Million US dollars"},
        say=say,
    )


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table, with Python's own numbers: what JSON takes."""
    plain: list[dict[str, Any]] = json.loads(table.to_json(orient="records"))
    return plain


def chart(rows: list[dict[str, Any]], choices: list[Choice], further: Iterable[Choice] = ()) -> alt.Chart:
    """A chart of those rows whose columns equal what is chosen; `further` choices select by rules of their own."""
    params = [alt.param(name=one.name, value=next(iter(one.options))) for one in (*choices, *further)]
    fits = " && ".join(f"datum.{one.name} == {one.name}" for one in choices)
    return alt.Chart({"values": rows}).add_params(*params).transform_filter(fits)


def years() -> alt.X:
    """The axis of years."""
    return alt.X(
        "year:Q", title=None, axis=alt.Axis(format="d", grid=False), scale=alt.Scale(nice=False, zero=False, padding=12)
    )


def styled(made: Drawn) -> Drawn:
    """The chart in the look of the book's figures."""
    drawn: Drawn = (
        made.properties(width="container", height=HEIGHT, background="transparent")
        .configure(font=SANS)
        .configure_view(stroke=None)
        .configure_axis(labelColor=GREY, titleColor=GREY, labelFontSize=13, titleFontSize=13, titleFontWeight="normal")
        .configure_axisY(gridColor=GRID, domain=False, ticks=False, titleAngle=0, titleAlign="left", titleY=-10)
        .configure_axisX(domainColor=INK, tickColor=INK)
    )
    return drawn


# --- the page -----------------------------------------------------------------------------------------------------


def page(shown: Iterable[View]) -> str:
    """The Markdown of the page."""
    parts = ["# Explore", INTRODUCTION]
    for view in shown:
        tables = findings.listing(f"{{doc}}`/book/data/{name}`" for name in view.tables)
        parts += [
            f"## {view.title}",
            f"{view.lead} Data: {tables}.",
            f'```{{raw}} html\n<div class="sfo-explore" data-view="{view.name}">\n'
            f'<script type="application/json">{described(view)}</script>\n'
            "<noscript><p>This chart needs scripts. Its rows are in the table named above.</p></noscript>\n</div>\n```",
        ]
    return "\n\n".join(parts) + "\n"


INTRODUCTION = """
Some findings of this book depend on what one compares, or on whose figures one takes. Here the choice is yours. What
you choose stands in the address of the page, so that a view can be sent to somebody else. Nothing is loaded from
another host.
""".strip()


def described(view: View) -> str:
    """What the script needs of a view, as JSON that may stand in a page."""
    spec = view.chart.to_dict()
    del spec["$schema"]  # an address, which nothing here needs
    about = {
        "title": view.title,
        "choices": [{"name": one.name, "label": one.label, "options": one.options} for one in view.choices],
        "columns": view.columns,
        "texts": view.texts(),
        "spec": spec,
    }
    return json.dumps(about, ensure_ascii=False, sort_keys=False).replace("<", "\\u003c")
