# The work is in .ci/bootstrap.py (what a bare machine needs) and in manage.py. `make help` lists these lines.
PYTHON ?= python3
HARBOUR = .venv/bin/python
# small, usual, walls or full: a database of its own for each, seeded once.
export BENCH_SIZE ?= usual
# What Python has compiled is kept, also where the environment says otherwise: else each of a hundred processes does it.
export PYTHONDONTWRITEBYTECODE =

# Components with slots, as djhtml wants to hear of them: each slot stands below the line of its component.
SLOTS = heading,tags,actions,endheading panel,more,foot,endpanel item,aside,meta,enditem hero,action,endhero \
	identity,badges,actions,endidentity person,actions,endperson row,cell,endrow table,rows,endtable

.PHONY: help run test costs soak night check fix mutate bench demo

help:  ## this list
	@grep -E '^[a-z]+:.*##' Makefile | sed -E 's/:.*## /\t/'

run:  ## set up what is missing and start Harbour; PORT=8000
	@exec $(PYTHON) .ci/bootstrap.py run

# `tests/dealing.py` says in which order the tests are dealt, and to how many processes.
test:  ## everything but the long proofs and what `make check` asks; about 53 minutes on 2 cores
	@$(PYTHON) .ci/bootstrap.py test
	@$(HARBOUR) -m pytest -n $${PROCESSES:-auto} --dist loadgroup --no-loadscope-reorder --budget --cache-clear \
		--ignore tests/architecture --ignore tests/soak --ignore tests/mutants/test_mutants.py || $(HARBOUR) -m tests.again $$?

costs:  ## what the last run of tests took: each app, and the dearest tests
	@$(HARBOUR) -m tests.costs

# Each proof writes its entry to docs/soak.json as it ends (`tests/proofs.py`). A process that dies is not replaced: the run would
# wait for the new one for ever (xdist 3.8). The others do what is left.
soak:  ## the long proofs; PART=matrix, walls, kills, paper, pages, school or data for those alone
	@$(PYTHON) .ci/bootstrap.py test
	@$(HARBOUR) -m pytest -n $${PROCESSES:-auto} --dist loadgroup --no-loadscope-reorder -m "soak$(if $(PART),(part='$(PART)'))" \
		--max-worker-restart 0 -o timeout=0 tests $(ARGS)

night:  ## every part of soak, mutate and bench, the oldest result first; stop it at any time
	@$(PYTHON) .ci/bootstrap.py test
	@$(HARBOUR) -m tests.night

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

bench:  ## measure every page; prints a table and writes var/bench.json; BENCH_SIZE=full for a million concerns; ONLY=today
	@$(PYTHON) .ci/bootstrap.py test
	@HARBOUR_VAR=var/bench-$(BENCH_SIZE) HARBOUR_DEMO=true DJANGO_SETTINGS_MODULE=tests.benchmarks.settings \
		$(HARBOUR) manage.py up -- bench $(if $(ONLY),--only "$(ONLY)")

demo:  ## fill the demo school
	@$(PYTHON) .ci/bootstrap.py check
	@$(HARBOUR) manage.py up seed_demo
