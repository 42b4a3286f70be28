"""Measures what our public headers cost a compiler at -O0, above the foreign headers that they include, and what a first
test file costs, with and without a precompiled header. Everything in one run, as machines differ.

    compile_cost.py COMPILER > costs.json
"""

import json
import os
import re
import resource
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
ROOTS = [os.path.join(TOP, part) for part in ("sdk", "fake-server", "testing")]
REPEATS = 3


def find(include):
    for root in ROOTS:
        path = os.path.join(root, include)
        if os.path.exists(path):
            return path
    return None


def foreign_of(path, seen):
    """The foreign headers that a public header includes, directly or by way of ours, in order."""
    if path in seen:
        return []
    seen.add(path)
    found = []
    with open(path) as file:
        for line in file:
            match = re.match(r'#include ([<"])([^>"]+)[>"]', line)
            if not match:
                continue
            ours = find(match.group(2)) if match.group(2).startswith("temporal/") else None
            found += foreign_of(ours, seen) if ours else ["#include <%s>" % match.group(2)]
    return list(dict.fromkeys(found))


def cpu_seconds():
    """Of all compilers that have ended: other work on the machine does not count."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class Compiler:
    def __init__(self, command, folder):
        self.command, self.folder = command, folder
        self.flags = ["-std=c++20", "-O0", "-w"] + ["-I" + root for root in ROOTS]

    def seconds(self, text, extra=()):
        source = os.path.join(self.folder, "unit.cc")
        with open(source, "w") as file:
            file.write(text)
        best = None
        for _ in range(REPEATS):
            start = cpu_seconds()
            subprocess.run([self.command, *self.flags, *extra, "-c", source, "-o", source + ".o"], check=True)
            taken = cpu_seconds() - start
            best = taken if best is None else min(best, taken)
        return best

    def precompile(self, text):
        header = os.path.join(self.folder, "prelude.h")
        with open(header, "w") as file:
            file.write(text)
        suffix = ".pch" if "clang" in self.command else ".gch"
        subprocess.run([self.command, *self.flags, "-x", "c++-header", header, "-o", header + suffix], check=True)
        return ["-include-pch", header + suffix] if "clang" in self.command else ["-include", header]


# What the first test file asks of GoogleMock and nlohmann-json themselves: a mock of that signature, a struct that is read
# and written. No test of an activity can cost less.
WITHOUT_US = """
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace {
struct Charge {
  std::string order_id;
  int cents = 0;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Charge, order_id, cents)

TEST(WithoutUs, MockAndStruct) {
  testing::StrictMock<testing::MockFunction<std::string(Charge)>> charge;
  EXPECT_CALL(charge, Call(testing::_)).WillOnce(testing::Return("receipt"));
  const auto decoded = nlohmann::json::parse(nlohmann::json(Charge()).dump()).get<Charge>();
  EXPECT_EQ(charge.Call(decoded), "receipt");
}
}  // namespace
"""


def precompiled_headers():
    """What temporal::testing_pch precompiles."""
    with open(os.path.join(TOP, "testing/CMakeLists.txt")) as file:
        listed = re.search(r"target_precompile_headers\(temporal_testing_pch INTERFACE ([^)]*)\)", file.read()).group(1)
    return "".join("#include %s\n" % header for header in listed.split())


def public_headers():
    for folder, prefix in (("sdk/temporal", "temporal/"), ("fake-server/temporal", "temporal/"),
                           ("testing/temporal/testing", "temporal/testing/")):
        for name in sorted(os.listdir(os.path.join(TOP, folder))):
            if name.endswith(".h"):
                yield prefix + name


def main():
    with tempfile.TemporaryDirectory() as folder:
        compiler = Compiler(sys.argv[1] if len(sys.argv) > 1 else "g++", folder)
        headers = {}
        for header in public_headers():
            foreign = foreign_of(find(header), set())
            base = compiler.seconds("\n".join(foreign) + "\n")
            whole = compiler.seconds("\n".join(foreign) + '\n#include "%s"\n' % header)
            headers[header] = {"foreign": base, "whole": whole, "above": whole - base}
        with open(os.path.join(TOP, "tests/benchmark/first_test.cc.txt")) as file:
            test = file.read()
        bare = compiler.seconds("#include <gmock/gmock.h>\n#include <gtest/gtest.h>\n#include <nlohmann/json.hpp>\n")
        plain = compiler.seconds(test)
        without_us = compiler.seconds(WITHOUT_US)
        flags = compiler.precompile(precompiled_headers())
        precompiled = compiler.seconds(test, flags)
        empty = compiler.seconds("", flags)
        json.dump({"compiler": compiler.command, "headers": headers,
                   "first_test": {"gmock_and_json": bare, "without_us": without_us, "plain": plain,
                                  "precompiled": precompiled, "precompiled_empty": empty}}, sys.stdout, indent=1)


main()
