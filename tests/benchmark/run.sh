#!/usr/bin/env bash
# Runs all measurements of a release build, on one core, and prints them against the figures that we want to keep.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
out=build/benchmarks
mkdir -p "$out"
build/release/tests/benchmark/temporal-benchmarks --benchmark_out="$out/benchmarks.json" --benchmark_out_format=json "$@" >&2
python3 tests/benchmark/compile_cost.py "${CXX:-g++}" >"$out/costs.json"
python3 tests/benchmark/report.py "$out/benchmarks.json" "$out/costs.json" "$out/result.json"
