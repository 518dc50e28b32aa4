# SPDX-License-Identifier: Apache-2.0
#
# `make help` lists what there is. `make demo` and `make test` do all of their own set-up.

PREFIX     ?= /usr/local
SYSCONFDIR ?= /etc
DESTDIR    ?=
# Warnings are errors, wherever this Makefile builds; `make demo STRICT=` lets them pass.
STRICT     ?= 1
# How often `make test` kills the daemon, and `make crash`.
CRASH_TEST_ROUNDS ?= 6
CRASH_ROUNDS      ?= 200
# Whose year `make year` lives through.
YEAR_PEOPLE       ?= 10000
# For how long each target is fuzzed.
FUZZ_SECONDS      ?= 60

ifneq ($(STRICT),)
export GATEPOST_STRICT := $(STRICT)
endif

SWIFT_BUILD := swift build --explicit-target-dependency-import-check error
SWIFT_FILES := Package.swift $(shell find Sources Tests -name '*.swift' 2>/dev/null)
BINARY      := .build/release/gatepost
VERSION     ?= $(shell grep -rhoE 'static let number = "[^"]+"' Sources/GatepostCommands 2>/dev/null | head -n 1 | cut -d '"' -f 2)

.DEFAULT_GOAL := help
.PHONY: help deps build debug demo test lint format fuzz crash year bench install deb clean

help: ## this list
	@sed -n 's/^\([a-z]*\):[^#]*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | while IFS="$$(printf '\t')" read -r name does; do \
		printf '  make %-9s %s\n' "$$name" "$$does"; done

deps: ## Debian packages and Python peers, where missing (asks for root only then)
	@Tests/deps.sh

build: deps ## the program, for use: .build/release/gatepost
	$(SWIFT_BUILD) --configuration release --product gatepost

debug: deps ## the program, for work: .build/debug/gatepost
	$(SWIFT_BUILD) --product gatepost

demo: debug ## everything at once, on this machine alone: sink, daemon, sample jobs, outcomes
	.build/debug/gatepost demo

test: deps lint ## all that must hold before a change goes in
	$(SWIFT_BUILD) --build-tests
	swift test --skip-build
	Tests/systemd.sh
	GATEPOST_BINARY=$(CURDIR)/.build/debug/gatepost Tests/contract.sh
	GATEPOST_BINARY=$(CURDIR)/.build/debug/gatepost Tests/crash.sh $(CRASH_TEST_ROUNDS)

lint: ## the code's form
	@swift format lint --strict --parallel --configuration .swift-format $(SWIFT_FILES)
	@for script in $$(find . -path ./.build -prune -o -name '*.sh' -print) .ci/run; do bash -n "$$script" || exit 1; done
	@echo "lint: all well"

format: ## puts the code into its form
	swift format --in-place --parallel --configuration .swift-format $(SWIFT_FILES)

fuzz: deps ## bad input without end: FUZZ_SECONDS=60 for each target
	Tests/fuzz.sh $(FUZZ_SECONDS)

crash: build ## kills the daemon at random moments under load: CRASH_ROUNDS=200
	GATEPOST_BINARY=$(CURDIR)/$(BINARY) Tests/crash.sh $(CRASH_ROUNDS)

year: build ## a simulated year of YEAR_PEOPLE=10000, and a withdrawal while 50,000 jobs are queued
	GATEPOST_YEAR_PEOPLE=$(YEAR_PEOPLE) swift test --configuration release --disable-testable-imports --filter SimulationTests
	GATEPOST_BINARY=$(CURDIR)/$(BINARY) GATEPOST_LOAD_JOBS=50000 Tests/contract.sh WithdrawalUnderLoad

bench: build ## Gatepost beside the floor and Postfix, in one run
	Benchmarks/bench.sh

install: ## what `make build` built, into DESTDIR, PREFIX=/usr/local and SYSCONFDIR=/etc
	@test -x $(BINARY) || { echo "install: there is no $(BINARY); run make build first" >&2; exit 1; }
	install -D --mode=755 --strip $(BINARY) $(DESTDIR)$(PREFIX)/bin/gatepost
	for unit in gatepost.service gatepost@.service; do \
		install -D --mode=644 systemd/$$unit $(DESTDIR)$(PREFIX)/lib/systemd/system/$$unit && \
		sed -i 's,/usr/bin/gatepost,$(PREFIX)/bin/gatepost,; s,/usr/share,$(PREFIX)/share,; s,/etc/gatepost,$(SYSCONFDIR)/gatepost,' \
			$(DESTDIR)$(PREFIX)/lib/systemd/system/$$unit || exit 1; done
	install -D --mode=644 systemd/gatepost.sysusers.conf $(DESTDIR)$(PREFIX)/lib/sysusers.d/gatepost.conf
	install -D --mode=644 systemd/gatepost.tmpfiles.conf $(DESTDIR)$(PREFIX)/lib/tmpfiles.d/gatepost.conf
	install -d $(DESTDIR)$(PREFIX)/share/doc/gatepost $(DESTDIR)$(SYSCONFDIR)/gatepost/templates
	install --mode=644 LICENSE $(wildcard README.md docs/*.md) $(DESTDIR)$(PREFIX)/share/doc/gatepost
	test -e $(DESTDIR)$(SYSCONFDIR)/gatepost/gatepost.toml || \
		install --mode=644 config/gatepost.toml $(DESTDIR)$(SYSCONFDIR)/gatepost/gatepost.toml
	cp --recursive --no-clobber templates/. $(DESTDIR)$(SYSCONFDIR)/gatepost/templates/
	@if [ -z "$(DESTDIR)" ] && command -v systemd-sysusers >/dev/null; then \
		systemd-sysusers $(PREFIX)/lib/sysusers.d/gatepost.conf && \
		systemd-tmpfiles --create $(PREFIX)/lib/tmpfiles.d/gatepost.conf || exit 1; \
		if [ -d /run/systemd/system ]; then systemctl daemon-reload; fi; \
	fi

deb: deps ## a Debian package in .build/, which needs no Swift where it is installed
	$(SWIFT_BUILD) --configuration release --product gatepost --static-swift-stdlib
	systemd/deb.sh $(or $(VERSION),0.0.0)

clean: ## removes what was built
	rm -rf .build .build-fuzz
