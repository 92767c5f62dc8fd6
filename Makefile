# Every habit has a name here, and each target sees to what it needs. GNU make 3.81 (macOS) will do.
# Without make: see the README.

RUNS ?= 100
SEEDS ?= 10000
KILLS ?= 100
BROKEN ?= 40
INVOICES ?= 0
ARRIVALS ?= 10000
SEED ?= 1
CONFIG ?= $(or $(LODGE_CONFIG),$(wildcard lodge.yaml),cdk/testdata/production.yaml)
CONTEXT ?= {}
FUZZ ?= 60s

# Not what npm installs, which has templates for Go that are no Go.
GO_FILES = $$(git ls-files --cached --others --exclude-standard --deduplicate '*.go' | while read -r f; do [ ! -e "$$f" ] || echo "$$f"; done)

.PHONY: help demo demo-clean test fuse faults faults-full worlds faults-real protocol burst bench bench-ledes fuzz month check fmt generate build clean
.PHONY: synth cdk-test image cloud-e2e
.PHONY: check-format check-vet check-lint check-rules check-mod check-generated check-scripts

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' Makefile

demo: build ## file 24 invoices with a simulated portal, in a real browser
	@.ci/chromium
	@bin/lodge demo

demo-clean: ## forget what the demo did
	rm -rf demo

test: ## run the tests, with the race detector where there is a C compiler
	@.ci/chromium tests
	@.ci/emulators/install
	@.ci/test

cloud-e2e: ## file invoices from a bucket to the ledger without AWS: the shipped programs, emulators, a real browser
	@.ci/chromium tests
	@.ci/emulators/install
	go test -count=1 -v -timeout 15m ./internal/e2e

fuse: ## click once on sites that misbehave, RUNS=100 times each; show that nothing is filed twice
	@.ci/chromium tests
	go test -c -o bin/fuse.test ./internal/browser
	bin/fuse.test -fuse $(RUNS)

faults: ## attack the promise: SEEDS=10000 simulated worlds, KILLS=100 of the real program, BROKEN=40 visits in a real browser, each rule taken away
	@rm -rf bin/tally && mkdir -p bin/tally
	@$(MAKE) worlds faults-real
	@go run ./internal/campaign/tally/sum bin/tally

faults-full: ## the same with 200,000 worlds, 1,000 kills and 400 visits, for hours
	@$(MAKE) faults SEEDS=200000 KILLS=1000 BROKEN=400 INVOICES=50

worlds: ## only the simulated worlds, and each rule taken away in them (in parts: SEED=50000 SEEDS=50000)
	@mkdir -p bin/tally
	go test -c -o bin/worlds.test ./internal/campaign
	bin/worlds.test -test.v -test.run 'TestFaults|TestKnockOuts' -test.timeout 0 -seed $(SEED) -seeds $(SEEDS) -tally bin/tally

faults-real: ## only real programs and browsers, and their safeguards taken away (SEED=1)
	@.ci/chromium tests
	@mkdir -p bin/tally
	go test -c -o bin/real.test ./internal/campaign/real
	LODGE_TALLY=$(CURDIR)/bin/tally bin/real.test -test.v -test.timeout 0 -kills $(KILLS) -browser $(BROKEN) -invoices $(INVOICES) -seed $(SEED)
	LODGE_TALLY=$(CURDIR)/bin/tally go test -count=1 -run '^TestKnockOuts$$/^(no_fuse|held_at_the_tab|reload_after_commit)$$' ./internal/browser
	LODGE_TALLY=$(CURDIR)/bin/tally go test -count=1 -run '^TestKnockOutScrubber$$' ./internal/visit

protocol: ## search small worlds completely, and again with each rule taken away; print how many states
	CGO_ENABLED=0 go test -count=1 -v -timeout 30m -run 'TestWorlds|TestKnockOuts' ./internal/protocol

burst: ## ARRIVALS=10000 files at four triggers at once, twice in parts, with a fleet that misbehaves; print what came of them
	CGO_ENABLED=0 go test -count=1 -v -timeout 60m -run 'TestBurst/on_a_file' ./internal/dispatch -arrivals $(ARRIVALS)

bench: build ## measure a submission beside plain HTTP and the usual way, in about ten minutes (ARGS=--help)
	@.ci/chromium tests
	@bin/bench filing $(ARGS)

bench-ledes: ## read and check LEDES files beside encoding/csv, and one of 1 GB (ARGS=--help)
	@mkdir -p bin
	CGO_ENABLED=0 go build -trimpath -o bin/bench ./cmd/bench
	@bin/bench ledes $(ARGS)

fuzz: ## attack what parses LEDES with random files, FUZZ=60s each
	@for f in $$(go test -list '^Fuzz' ./ledes | grep ^Fuzz); do \
		go test -run '^$$' -fuzz "^$$f$$" -fuzztime $(FUZZ) -fuzzminimizetime 100x ./ledes || exit 1; done

month: build ## file a month of 2,000 invoices at portals that misbehave (ARGS="--invoices 200 --accounts 4")
	@.ci/chromium
	@bin/bench month $(ARGS)

synth: ## write the template for AWS of lodge.yaml (CONFIG=…) into bin/cdk.out (CONTEXT='{"network":"fixed"}')
	@.ci/cdk/install
	@.ci/cdk/trigger
	@rm -rf bin/cdk.out
	cd cdk && go build -o ../bin/cdk .
	CDK_OUT=../bin/cdk.out CDK_CONTEXT_JSON='$(CONTEXT)' LODGE_CONFIG='$(abspath $(CONFIG))' .ci/cdk/with ../bin/cdk
	@ls bin/cdk.out/*.template.json

cdk-test: ## check the template for AWS: vet, lint, go.mod, its promises, cdk-nag and cfn-guard
	@.ci/cdk/install
	.ci/cdk/test

image: ## check the worker's image as far as that goes without an engine for images
	@.ci/cdk/install
	.ci/image

check: ## everything but the tests: format, vet, lint, the rules themselves, go.mod, generated files
check: check-format check-vet check-lint check-rules check-mod check-generated check-scripts

check-format:
	@files=$$(gofmt -l $(GO_FILES)); test -z "$$files" || { echo "not formatted (make fmt):"; echo "$$files"; exit 1; }

check-vet:
	go vet ./...
	GOOS=darwin GOARCH=arm64 go vet ./...

check-lint:
	.ci/lint run ./...

check-rules:
	.ci/rules

check-mod:
	go mod tidy -diff

check-generated:
	.ci/generated

check-scripts:
	.ci/scripts

fmt: ## format the code
	gofmt -w $(GO_FILES)

generate: ## write generated files anew
	go generate ./...

build: ## build the commands into bin/
	CGO_ENABLED=0 go build -trimpath -o bin/ ./cmd/...

clean: ## remove what was built, the linter included
	rm -rf bin .bin
