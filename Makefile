# Peyvand needs Python 3.11 or newer; everything else is set up here.
PYTHON ?= python3
VENV := .venv
STAMP := $(VENV)/.installed
DEV_STAMP := $(VENV)/.installed-dev
TOOLS := .venv-security/scanner/.installed .venv-security/auditor/.installed
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard crm_app/translations/*/LC_MESSAGES/messages.po))

# The folder was moved or copied, or Python replaced: what stands in the environment then leads to what is not there.
BROKEN := $(shell test ! -e $(STAMP) || { grep -qF "$(CURDIR)/$(VENV)/bin/" $(VENV)/bin/crm && \
  $(VENV)/bin/python -c 'import click'; } >/dev/null 2>&1 || echo broken)

.PHONY: $(BROKEN) run setup test lint format translations bench torture security clean

run: setup  ## start Peyvand on http://localhost:8000
	@$(VENV)/bin/crm serve

setup: $(STAMP) $(CATALOGUES)
	@$(VENV)/bin/python -m crm_app.optimized

test: setup $(DEV_STAMP) lint  ## the whole suite, on SQLite and PostgreSQL
	@$(VENV)/bin/python -m tests.run

lint: $(DEV_STAMP)  ## style, types, imports
	@$(VENV)/bin/ruff format --check --quiet .
	@$(VENV)/bin/ruff check --quiet .
	@$(VENV)/bin/lint-imports --no-cache | tail -n 3
	@$(VENV)/bin/mypy --no-error-summary

format: $(DEV_STAMP)
	@$(VENV)/bin/ruff format --quiet . && $(VENV)/bin/ruff check --quiet --fix .

translations: $(DEV_STAMP)  ## collect new texts into the catalogues
	@$(VENV)/bin/python -m tests.translations
	@$(MAKE) --no-print-directory setup

bench: setup $(DEV_STAMP)
	@$(VENV)/bin/python -m tests.bench

torture: setup $(DEV_STAMP)  ## killed two hundred times while people write: nothing may be lost
	@$(VENV)/bin/python -m tests.torture

security: setup $(DEV_STAMP) $(TOOLS)  ## attacks that take minutes: a scanner, fuzzing, known faults of dependencies
	@$(VENV)/bin/python -m tests.security $(SECURITY)

# Each in an environment of its own: what they need is no business of Peyvand.
.venv-security/%/.installed: tests/security/%.lock
	@echo "Setting up the $* ..."
	@$(PYTHON) -m venv .venv-security/$*
	@.venv-security/$*/bin/pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

# Debian keeps what makes environments in a package of its own; only root can add it.
ADD_VENV := rm -rf $(VENV); test "$$(id -u)" = 0 && echo "Installing python3-venv ..." && apt-get update -qq \
  && apt-get install -qq -y python3-venv >/dev/null 2>&1 && $(PYTHON) -m venv $(VENV)

$(STAMP): requirements.lock pyproject.toml $(BROKEN)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Peyvand needs Python 3.11 or newer."; exit 1; }
	@test -z "$(BROKEN)" || { echo "This folder or its Python is another than before ..."; rm -rf $(VENV); }
	@test -x $(VENV)/bin/pip || $(PYTHON) -m venv $(VENV) >/dev/null 2>&1 || { $(ADD_VENV); } || { rm -rf $(VENV); \
	  echo "This Python cannot make environments. On Debian: apt install python3-venv"; exit 1; }
	@echo "Setting up (about a minute, once) ..."
	@$(VENV)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(VENV)/bin/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@rm -rf $(VENV)/optimized
	@touch $@

$(DEV_STAMP): $(STAMP) requirements-dev.lock
	@$(VENV)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

# Not `pybabel compile`: it takes the one form of Persian and Chinese for a translation of the English singular.
COMPILE := from babel.messages.mofile import write_mo; from babel.messages.pofile import read_po; \
  write_mo(open(sys.argv[2], "wb"), read_po(open(sys.argv[1], "rb")))

%.mo: %.po $(STAMP)
	@$(VENV)/bin/python -c 'import sys; $(COMPILE)' $< $@

clean:
	rm -rf $(VENV) .venv-security
