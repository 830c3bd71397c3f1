# The front door. Everything happens in tasks.py, so that Windows users say `py tasks.py book` instead.
# Choose an interpreter with `make book PYTHON=python3.12`.
PYTHON ?= $(shell command -v python3 2>/dev/null || command -v python 2>/dev/null)
TARGETS := help setup book pdf epub bundle slides release test run anywhere data worksheets mutate faults verify newest lab hub bench lock clean

.DEFAULT_GOAL := help
.PHONY: $(TARGETS)

$(TARGETS):
ifeq ($(strip $(PYTHON)),)
	@echo "Sugar for Oil needs Python 3.11, 3.12 or 3.13, and no Python was found: install one from python.org or your system's packages." >&2; exit 1
else
	@"$(PYTHON)" tasks.py $@
endif
