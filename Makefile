# The commands of the README. Everything they need is installed into .venv, nothing elsewhere.
PYTHON ?= $(firstword $(foreach name,python3.13 python3.12 python3.11 python3,\
            $(if $(shell $(name) -c 'import sys; print(sys.version_info[:2] in {(3, 11), (3, 12), (3, 13)} or "")' 2>/dev/null | grep True),$(name))))
BIN := .venv/bin

.PHONY: run demo test check format lock help clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: .venv/run ## start the bot; without a token in .env it is the demo
	@exec $(BIN)/python bot.py

demo: .venv/run ## start the demo, also when there is a token
	@exec $(BIN)/python bot.py --demo

test: .venv/dev ## run all tests
	$(BIN)/python -m pytest -n 3 --dist loadgroup

check: .venv/dev ## style, types and who may import whom
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/pyright

format: .venv/dev ## put the code into its usual shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: .venv/dev ## write the lock files anew after a change of requirements*.txt
	for name in requirements requirements-dev; do \
	  $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	    --no-annotate --no-header --output-file $$name.lock $$name.txt || exit 1; done

clean: ## remove what was installed; songs, data and settings stay
	rm -rf .venv

.venv/python:
	@test -n "$(PYTHON)" || { echo "This needs Python 3.11, 3.12 or 3.13. Install one of them, then try again."; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "Python's venv module is missing. On Debian and Ubuntu: sudo apt install python3-venv"; exit 1; }
	@touch $@

.venv/run: .venv/python requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

.venv/dev: .venv/python requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@ .venv/run
