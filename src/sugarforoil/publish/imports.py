"""What the kernels of all chapters import: loaded once, by the process that they are forks of (`warm`)."""

# ruff: noqa: F401, E402
import signal

signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is told by the command, not by each of its processes

import ipykernel.ipkernel
import ipykernel.kernelapp
import matplotlib.backends.backend_agg
import matplotlib.backends.backend_svg
import matplotlib_inline.backend_inline
import numpy
import pandas
import ruptures

import sugarforoil.across
import sugarforoil.annotate
import sugarforoil.eras
import sugarforoil.figures
import sugarforoil.findings
import sugarforoil.premium
import sugarforoil.tables
import sugarforoil.timeline
import sugarforoil.turning
import sugarforoil.validation
import sugarforoil.worldmap
