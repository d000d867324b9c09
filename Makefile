# Verbs. Each calls something that can be read and run by itself.
.DEFAULT_GOAL := help
.PHONY: help up test mutants stress soak down clean logs lint lock dev bench

help: ## show this list
	@sed -n 's/^\([a-z]*\): ## /\1 /p' $(MAKEFILE_LIST) | awk '{ verb = $$1; $$1 = ""; printf "  make %-8s%s\n", verb, $$0 }'

up: ## prepare this machine, train when needed, start everything (FORCE=1 trains anyway, NO_ENGINE=1 installs nothing)
	@setup/up.sh

test: ## prove all of it: unit, integration and browser tests, on a stack of their own
	@setup/test.sh

mutants: ## prove that the gate notices every seeded breakage (MUTANTS="name ..." tries only these, BUSY=1 on a busy machine)
	@setup/prove.sh mutants $(if $(BUSY),--busy) $(MUTANTS)

stress: ## the checks that wait, in rounds on a busy machine (ROUNDS=10, ONLY="boot browser faults" chooses)
	@setup/prove.sh stress $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(ONLY),--only "$(ONLY)")

soak: ## the gate on datasets of awkward shapes (SHAPES="name ..." tries only these, or folders with a dataset.toml)
	@setup/prove.sh datasets $(SHAPES)

down: ## stop the stack; runs, models and images stay
	@setup/down.sh

clean: ## delete the stack, its data and images, .venv and artifacts; asks first (YES=1 does not)
	@setup/clean.sh

logs: ## follow the logs of the stack
	@docker compose logs --follow --tail 100

lint: ## check style, types, import arrows, shell scripts and the compose file
	@setup/lint.sh

lock: ## compile requirements/*.in into hash-locked requirements
	@setup/lock.sh

dev: ## the three services as plain processes with reload, no Docker
	@setup/dev.sh

bench: ## measure how fast the running API answers
	@setup/bench.sh
