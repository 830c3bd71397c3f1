"""Sugar for Oil: the data, figures and findings of the book, for your own notebook.

    from sugarforoil import datasets, eras, figures, findings

    prices = datasets.load("sugar_prices")

`datasets` loads the tables, `eras` knows the ten eras, `figures` draws the house style and `findings`
writes sentences whose numbers are computed. Each is a module of its own, imported when you ask for it.
"""

__version__ = "0.1.0"
