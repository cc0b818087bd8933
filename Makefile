# Every recipe is a script in .ci/ or one line; `make` alone lists what there is.

SHELL := bash
.DEFAULT_GOAL := help
.PHONY: help run demo build test bench fmt dev deny clean

help: ## Lists the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: build ## Builds and starts the system on SQLite in data/
	@exec target/isp serve

demo: build ## The same with 2,000 made-up customers, in data/demo.db
	@export DATABASE_URL=sqlite://data/demo.db; target/isp demo --customers 2000 && exec target/isp serve

build: ## Builds the release binary, with the site inside, as target/isp
	@.ci/build

test: ## Runs every check and test, on both database engines and in the browser
	@.ci/test

bench: ## Runs the load bench; options in ARGS="…"
	@.ci/bench $(ARGS)

fmt: ## Formats the Rust sources
	@cargo fmt

dev: ## Rebuilds and reloads on every change
	@.ci/tools && . .ci/env && exec cargo leptos watch

deny: ## Checks licences, sources and advisories of the dependencies (needs cargo-deny)
	@cargo deny --all-features check

clean: ## Removes what was built here; the shared cache in ~/.cache/isp stays
	@rm -rf target end2end/results
