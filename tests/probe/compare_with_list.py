"""compare_with_list.py LIST EXPECTED OUT [NAME...]: exit 0 if each scenario of the list is equal in both recordings.

Prints those that are not any more, and those that became equal and are not on the list yet. NAME (a name, a group, a
pattern) chooses which scenarios count. A list that says nothing, or names what nobody recorded, is an error.
"""

import fnmatch
import json
import sys
from pathlib import Path


def main(listed_path, expected_path, out_path, *patterns):
    def chosen(name):
        return not patterns or any(fnmatch.fnmatch(name, p) or name.startswith(p + ".") for p in patterns)

    expected, out = (json.loads(Path(p).read_text()) for p in (expected_path, out_path))
    listed = {line.strip() for line in Path(listed_path).read_text().splitlines()}
    listed = {name for name in listed if name and not name.startswith("#")}
    if not listed:
        return f"{listed_path} lists no scenario, so nothing could be lost"
    if unknown := sorted(listed - set(expected)):
        return f"{listed_path} names scenarios without a recorded answer: {', '.join(unknown)}"
    listed = {name for name in listed if chosen(name)}
    equal = {name for name in expected if name in out and expected[name] == out[name]}
    lost, gained = sorted(listed - equal), sorted(equal - listed)
    for name in gained:
        print(f"became equal, add it to {Path(listed_path).name}: {name}")
    for name in lost:
        print(f"NO LONGER EQUAL: {name}")
    print(f"{len(listed) - len(lost)} of {len(listed)} listed scenarios are equal, {len(gained)} others")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
