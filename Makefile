# Two commands for a fresh Debian or Ubuntu machine with Swift 6.3:
#
#   make demo    install what is missing, build, make data, compile, train, evaluate
#   make test    install what is missing, build, run all tests
#
# `make training` is the long demo, some 12 minutes: both phases of pre-training, then question answering.
#
# `make setup` is the part that both share; it changes nothing where nothing is missing.

SHELL := /bin/bash
.DEFAULT_GOAL := build

.PHONY: setup setup-tests build demo training test test-external format lint clean

setup:
	@scripts/setup.sh

setup-tests:
	@scripts/setup.sh --with-test-tools

build: setup
	swift build -c release

demo: build
	scripts/demo.sh

training: build
	scripts/training.sh

# One release build serves the executables and the tests.
test: setup-tests
	swift build -c release --build-tests
	scripts/test.sh

# What takes long, or judges the project by other people's tools.
test-external: setup-tests build
	scripts/test-external.sh

format:
	swift format --in-place --parallel -r Package.swift Sources Tests

lint:
	swift format lint --strict --parallel -r Package.swift Sources Tests

clean:
	swift package clean
	rm -rf demo-output training-output
