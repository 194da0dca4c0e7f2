# The work is in .ci/bootstrap.py (what a bare machine needs) and in manage.py. `make help` lists these lines.
PYTHON ?= python3
HARBOUR = .venv/bin/python
# small, usual or full: a database of its own for each, seeded once.
export BENCH_SIZE ?= usual
# What Python has compiled is kept, also where the environment says otherwise: else each of a hundred processes does it.
export PYTHONDONTWRITEBYTECODE =

# Components with slots, as djhtml wants to hear of them: each slot stands below the line of its component.
SLOTS = heading,tags,actions,endheading panel,more,foot,endpanel item,aside,meta,enditem hero,action,endhero \
	identity,badges,actions,endidentity person,actions,endperson row,cell,endrow table,rows,endtable

.PHONY: help run test soak check fix mutate bench demo

help:  ## this list
	@grep -E '^[a-z]+:.*##' Makefile | sed -E 's/:.*## /\t/'

run:  ## set up what is missing and start Harbour; PORT=8000
	@exec $(PYTHON) .ci/bootstrap.py run

# loadgroup starts what shares a world first, the largest first (`tests/conftest.py`), and then the tests in their order.
# `load` and `worksteal` deal them out in advance, and then a test of the seals may stand beside a world that is one long
# transaction, which lets no event settle.
test:  ## everything but the long proofs and what `make check` asks; about 50 minutes on 2 cores
	@$(PYTHON) .ci/bootstrap.py test
	@$(HARBOUR) -m pytest -n $${PROCESSES:-2} --dist loadgroup --ignore tests/architecture \
		--ignore tests/soak --ignore tests/mutants/test_mutants.py

soak:  ## the long proofs, under 2 hours
	@$(PYTHON) .ci/bootstrap.py test
	@$(HARBOUR) -m pytest -m soak -o timeout=0 tests

check:  ## style, types, layers, migrations, templates, documents, settings for production
	@$(PYTHON) .ci/bootstrap.py check
	@$(HARBOUR) .ci/check.py

fix:  ## let ruff mend and lay out the code, and djhtml indent the templates
	@$(PYTHON) .ci/bootstrap.py check
	@$(HARBOUR) -m ruff check --fix .
	@$(HARBOUR) -m ruff format .
	@$(HARBOUR) -m djhtml --tabwidth 2 $(SLOTS:%=--extra-block %) templates

mutate:  ## plant one fault or take away one check at a time: a test must notice each; APP=plans, AGAINST=COMMIT
	@$(PYTHON) .ci/bootstrap.py test
	@$(HARBOUR) -m tests.mutants $(APP:%=--app=%) $(AGAINST:%=--against=%) $(ARGS)

bench:  ## measure every page; prints a table and writes var/bench.json; BENCH_SIZE=full for a million concerns
	@$(PYTHON) .ci/bootstrap.py test
	@HARBOUR_VAR=var/bench-$(BENCH_SIZE) HARBOUR_DEMO=true DJANGO_SETTINGS_MODULE=tests.benchmarks.settings \
		$(HARBOUR) manage.py up bench

demo:  ## fill the demo school
	@$(PYTHON) .ci/bootstrap.py check
	@$(HARBOUR) manage.py up seed_demo
