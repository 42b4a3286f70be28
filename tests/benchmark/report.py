"""Prints the measurements as a table against the figures that we want to keep, and as JSON to a file.

    report.py benchmarks.json costs.json result.json
"""

import json
import sys

benchmarks = {b["name"]: b for b in json.load(open(sys.argv[1]))["benchmarks"]}
costs = json.load(open(sys.argv[2]))
rows = []


def row(name, value, unit, relation, target):
    good = None if target is None else value <= target if relation == "<=" else value >= target
    rows.append({"name": name, "value": value, "unit": unit, "relation": relation, "target": target, "good": good})


def milliseconds(name):
    """Of the one thread's work: what else runs on the machine does not count, as in the rates."""
    b = benchmarks[name]
    return b["cpu_time"] * {"ns": 1e-6, "us": 1e-3, "ms": 1, "s": 1e3}[b["time_unit"]]


row("environment up, one empty workflow, and down", milliseconds("EnvironmentUpAndDown"), "ms", "<=", 1)
row("empty workflows", benchmarks["EmptyWorkflow"]["items_per_second"], "1/s", ">=", None)
row("workflows with one mocked activity", benchmarks["OneActivityWorkflow"]["items_per_second"], "1/s", ">=", 10_000)
row("1,000 sleeps of a day", milliseconds("ThousandSleepsOfADay"), "ms", "<=", 20)
rates = {}
for events in (2_000, 10_000, 50_000):
    rates[events] = benchmarks["Replay/%d" % events]["items_per_second"]
    row("replay of %d events" % events, rates[events], "events/s", ">=", 300_000)
row("replay: slowest against fastest length", min(rates.values()) / max(rates.values()), "", ">=", 0.7)
def resume(name):
    """Microseconds for each workflow task of a run that is kept."""
    return 1e6 / benchmarks[name]["items_per_second"]


futures = resume("ResumeBesideFutures/10")
row("workflow task of a kept run, 10 other futures pending", futures, "us", "<=", None)
row("  1,000 against that", resume("ResumeBesideFutures/1000") / futures, "times", "<=", 1.3)
conditions = resume("ResumeBesideConditions/1000") - resume("ResumeBesideConditions/10")
row("  for each condition that is looked at", 1e3 * conditions / 990, "ns", "<=", None)
for pending in (0, 10):
    cached = next(b for name, b in benchmarks.items() if name.startswith("CachedRun/%d/" % pending))
    row("a kept run, %d futures pending beside its timer" % pending, cached["bytes_per_run"], "bytes", "<=", None)
runs = next(b for name, b in benchmarks.items() if name.startswith("SleepingRuns"))
row("100,000 sleeping runs", runs["bytes_per_run"], "bytes each", "<=", None)
for header, cost in costs["headers"].items():
    row("compile %s above foreign headers" % header, cost["above"], "s", "<=", 0.3)
first = costs["first_test"]
bare = first["gmock_and_json"]
row("gmock and JSON alone: their headers", bare, "s", "<=", None)
row("first test file against that", first["plain"] / bare, "times", "<=", 1.5)
row("  its mock and struct in gmock and JSON, without us", first["without_us"] / bare, "times", "<=", None)
row("the same with a precompiled header", first["precompiled"] / bare, "times", "<=", 0.7)
row("  an empty file with it", first["precompiled_empty"] / bare, "times", "<=", None)

print("%-58s %14s %-11s %-12s" % ("", "measured", "", "target"))
for r in rows:
    value = "%.3f" % r["value"] if r["value"] < 100 else format(round(r["value"]), ",")
    target = "" if r["target"] is None else "%s %s" % (r["relation"], format(r["target"], ","))
    print("%-58s %14s %-11s %-12s %s" % (r["name"], value, r["unit"], target, {None: "", True: "ok", False: "MISSED"}[r["good"]]))
with open(sys.argv[3], "w") as file:
    json.dump({"rows": rows, "benchmarks": list(benchmarks.values()), "compile": costs}, file, indent=1)
print("JSON: " + sys.argv[3])
