# `make run` serves the site, `make test` tests it; both set up everything that they need.
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
export PORT

.PHONY: run test test-all lint screenshots lighthouse clean
.DEFAULT_GOAL := run

run: $(VENV)/.run .env
	@exec $(BIN)/python manage.py serve --prepare --port $(PORT)

# With Python alone, and side by side. `test-all` adds whatever of the rest this machine has.
REAL_PARTS := browser or nu or redis or elasticsearch or bench
test: $(VENV)/.dev
	@echo "The tests that need only Python: eight or nine minutes on two cores."
	@$(BIN)/python -m pytest --numprocesses auto --dist loadfile -m "not ($(REAL_PARTS))"
	@echo "Not run: the tests marked $(REAL_PARTS), and those of PostgreSQL. make test-all runs what this machine has the parts for."

test-all: test
	@$(BIN)/python -m pytest -m "$(REAL_PARTS)"
	@if [ -n "$$DATABASE_URL" ]; then $(BIN)/python -m pytest -m "dialect and not ($(REAL_PARTS))"; \
	else echo "Not run: the tests on PostgreSQL. Set DATABASE_URL to a server where databases may be made."; fi

lint: $(VENV)/.dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/djlint --check --lint --quiet templates
	@SECRET_KEY=lint $(BIN)/mypy .
	@$(BIN)/lint-imports
	@$(BIN)/python -m tests.import_circles

# Pictures of every page into screenshots/, and those of the documents into docs/pictures/.
screenshots: $(VENV)/.dev
	@$(BIN)/python -m tests.browser.screenshots screenshots

lighthouse: $(VENV)/.dev
	@$(BIN)/python -m bench.lighthouse

.env:
	@$(PYTHON) -c "import os, secrets; os.write(os.open('.env', os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), f'SECRET_KEY={secrets.token_urlsafe(50)}\n'.encode())"

# A machine may lack ensurepip or the whole of venv; then uv or another pip fills the environment.
$(BIN)/python:
	@$(PYTHON) -c "import sys; sys.exit('Python 3.11 or newer is needed, this is ' + sys.version.split()[0] if sys.version_info < (3, 11) else 0)"
	@echo "Making a Python environment in $(VENV)…"
	@if $(PYTHON) -c "import ensurepip, venv" 2>/dev/null; then $(PYTHON) -m venv $(VENV); \
	elif command -v uv >/dev/null; then uv venv --quiet --python $(PYTHON) $(VENV); \
	elif $(PYTHON) -m pip --version >/dev/null 2>&1; then $(PYTHON) -m venv --without-pip $(VENV); \
	else echo "This Python cannot make a virtual environment with pip. On Debian or Ubuntu run: apt-get install python3-venv" >&2; exit 2; fi

define install
	@$(PYTHON) install.py $(BIN)/python $(1)
	@touch $@
endef

$(VENV)/.run: $(BIN)/python requirements.txt
	@echo "Installing what the site needs: half a minute, or longer where the network is slow…"
	$(call install,requirements.txt)

$(VENV)/.dev: $(BIN)/python requirements-dev.txt
	@echo "Installing what the tests need: a minute, or longer where the network is slow…"
	$(call install,requirements-dev.txt)

clean:
	rm -rf $(VENV) .pytest_cache .ruff_cache .mypy_cache .hypothesis
