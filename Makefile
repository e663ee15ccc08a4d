# Every task of the project has its name here. `make` alone lists them.

PORT ?= 5555
BROKER_URL ?=
RATE ?= 5
CONFIGURATION := Release

# Nothing of ours stays behind when a command is done, the compiler's servers included.
export MSBUILDDISABLENODEREUSE := 1
export DOTNET_CLI_USE_MSBUILD_SERVER := 0
export UseSharedCompilation := false
export DOTNET_NOLOGO := 1
export DOTNET_CLI_TELEMETRY_OPTOUT := 1

.PHONY: help
help: ## list these commands
	@awk -F ':.*## ' '/^[a-z\/]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: publish ## record a demo Celery shop on http://127.0.0.1:5555 (PORT=5556, RATE=5, BROKER_URL=amqp://… for your own)
	@PORT='$(PORT)' BROKER_URL='$(BROKER_URL)' RATE='$(RATE)' compose/local/demo

.PHONY: test
test: packages build publish ## install what is missing and run all tests, against real servers
	dotnet test --solution EventHistory.sln --configuration $(CONFIGURATION) --no-build

.PHONY: test/unit
test/unit: build ## run the tests that need no server
	dotnet test --project tests/EventHistory.Core.Tests --configuration $(CONFIGURATION) --no-build

.PHONY: test/service
test/service: packages build publish ## run the tests that start real servers
	dotnet test --project tests/EventHistory.Tests --configuration $(CONFIGURATION) --no-build

.PHONY: golden
golden: packages build publish ## run all tests and write down what they now expect; read the diff before you commit it
	UPDATE_GOLDEN=1 dotnet test --solution EventHistory.sln --configuration $(CONFIGURATION) --no-build

.PHONY: bench
bench: packages publish ## measure everything (ONLY=end-to-end,bytes,… some parts; TASKS=, EVENTS= smaller; KEEP=folder for what takes long to store)
	dotnet run --configuration $(CONFIGURATION) --project tests/EventHistory.Benchmarks -- --program artifacts/publish/eventhistory \
		$(if $(ONLY),--only '$(ONLY)') $(if $(TASKS),--tasks '$(TASKS)') $(if $(EVENTS),--events '$(EVENTS)') $(if $(KEEP),--keep '$(KEEP)')

.PHONY: screenshots
screenshots: packages build publish ## pictures of every page in artifacts/screenshots, of a demo that has run for a while (SITE=http://… of your own)
	@SITE='$(SITE)' PORT='$(PORT)' compose/local/screenshots

.PHONY: build
build: dotnet npm ## compile everything
	dotnet build EventHistory.sln --configuration $(CONFIGURATION)

.PHONY: publish
publish: dotnet npm ## leave a runnable artifacts/publish/eventhistory
	dotnet publish src/EventHistory --configuration $(CONFIGURATION) --output artifacts/publish

.PHONY: format
format: dotnet ## bring the code into the form that `make verify` asks for
	dotnet format EventHistory.sln

.PHONY: verify
verify: dotnet npm ## everything that has to hold before a commit: locked packages, build, form, all tests
	dotnet restore EventHistory.sln --locked-mode
	dotnet build EventHistory.sln --configuration $(CONFIGURATION) --no-restore
	dotnet format EventHistory.sln --verify-no-changes --no-restore
	$(MAKE) test

.PHONY: up
up: ## the same as `make run` in containers, in the background
	docker compose --file compose/compose.yaml up --build --detach --wait

.PHONY: down
down: ## stop the containers; their volumes stay
	docker compose --file compose/compose.yaml down

.PHONY: clean
clean: ## remove what was built (what was recorded, in .data, stays)
	rm -rf artifacts

.PHONY: packages
packages:
	@compose/local/install tests

.PHONY: dotnet
dotnet:
	@command -v dotnet >/dev/null || { echo "dotnet is not in the PATH; install the .NET 10 SDK: https://dotnet.microsoft.com/download/dotnet/10.0" >&2; exit 1; }

# The build fetches the pages' two scripts of others with it, in locked versions
.PHONY: npm
npm:
	@command -v npm >/dev/null || compose/local/install npm
