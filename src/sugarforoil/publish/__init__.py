"""How the book is published: what turns stored notebook outputs and the data package into pages.

Nothing here is imported by the notebooks or by readers of the data; `sugarforoil.publish.extension` is the
Sphinx extension that ties the parts together.
"""
