# Every set-up step happens by itself. `make` lists the targets.

MAKEFLAGS += --no-print-directory
.SILENT:
.DEFAULT_GOAL := help
.PHONY: help demo test hostile fuzz check guests bench bench-compare faults clean cargo

# Cargo's own folder may be moved by its usual variable; components stand at a fixed place.
BUILT := $(or $(CARGO_TARGET_DIR),target)
SAY := printf '\033[1m==> %s\033[0m\n'
ifdef NO_COLOR
SAY := printf '==> %s\n'
endif

help: ## This list
	awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' Makefile

# tests/demo.sh is handed the two programs and the folder of components; it writes to target/demo.
demo: cargo ## Sync simulated accounts of three providers into one SQLite file, and write to one
	$(SAY) "building the host and the simulators"
	cargo build --bin tollgate --bin tollgate-simulator
	$(SAY) "building the connectors"
	guests/build.sh
	$(SAY) "demo"
	TOLLGATE=$(BUILT)/debug/tollgate SIMULATOR=$(BUILT)/debug/tollgate-simulator \
	COMPONENTS=target/components tests/demo.sh

# The build script of tests/artifacts would build the guests too, but in silence.
test: cargo ## Run all tests
	$(SAY) "building the components"
	guests/build.sh --hostile
	if command -v cargo-nextest >/dev/null; then \
		$(SAY) "running the tests with cargo nextest"; \
		cargo nextest run && $(SAY) "running the examples of the documentation" && \
		cargo test --doc; \
	else \
		$(SAY) "running the tests with cargo test (cargo nextest is not installed)"; \
		cargo test --no-fail-fast; \
	fi

hostile: cargo ## Run the tests that SECURITY.md names: hostile connectors and providers
	$(SAY) "building the components"
	guests/build.sh --hostile
	$(SAY) "running the tests that SECURITY.md names"
	tests/hostile.sh

# Cargo builds the targets with the features of the tests, so that only our own crates are built anew.
fuzz: cargo ## Run the fuzz targets, each for TIME=20 seconds (TARGET="…" for these alone)
	$(SAY) "fuzzing, each target for $(or $(TIME),20) seconds"
	TIME="$(TIME)" tests/fuzz/run.sh $(TARGET)

check: cargo ## Format, lints, layering laws, documentation, advisories: all that CI asks for
	$(SAY) "format"
	cargo fmt --all --check
	$(SAY) "lints of the guests"
	guests/build.sh --clippy --hostile
	$(SAY) "lints of the host and the tests"
	cargo clippy --workspace --exclude tollgate-hostile --all-targets -- -D warnings
	$(SAY) "documentation"
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --exclude tollgate-hostile --no-deps
	$(SAY) "layering laws"
	cargo test --test tidy
	if command -v cargo-deny >/dev/null; then \
		$(SAY) "advisories, with cargo deny"; cargo deny check advisories bans sources; \
	elif command -v cargo-audit >/dev/null; then \
		$(SAY) "advisories, with cargo audit"; cargo audit; \
	else \
		$(SAY) "advisories: SKIPPED, neither cargo deny nor cargo audit is installed"; \
	fi

guests: cargo ## Build the connectors into target/components
	guests/build.sh

bench: cargo ## Compare Tollgate with hand-written native programs (ARGS="…" is passed on)
	guests/build.sh
	cargo run --release -p tollgate-bench -- $(ARGS)

# What judges is tested before it judges.
bench-compare: cargo ## The same, and fail where a ratio is worse than the recorded one by a tenth
	guests/build.sh
	cargo test --release -p tollgate-bench
	cargo run --release -p tollgate-bench -- --against $(ARGS)

faults: cargo ## Write docs/faults.md anew: what ends a run, and what comes of it
	TOLLGATE_FAULTS_WRITE=1 cargo test --test faults

clean: ## Remove everything that was built, the wasm standard library included
	rm -rf target

cargo:
	command -v cargo >/dev/null || { \
		echo "Tollgate needs Rust 1.95 and found no cargo. Install it from https://rustup.rs"; exit 1; \
	} >&2
