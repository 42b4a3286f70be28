#!/usr/bin/env bash
# run_probe.sh DIR SERVER PYTHON [NAME…]: drives the probe in DIR against SERVER (temporal-fake-server), which is started
# on a free loopback port by DIR/dev-server.sh and ended at the end. Shows the score by group and what differs first.
# Exit 0 if and only if each scenario of equal.txt (or those of them that NAME chooses: a name, a group, a pattern) still
# gives the recorded answers. PYTHON has temporalio installed. The results stay in $PROBE_OUTPUT, if set.
set -euo pipefail
[ $# -ge 3 ] || { sed -n '2,5s/^# //p' "$0" >&2; exit 2; }
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
dir=$(cd "$1" && pwd) server=$2 python=$3
shift 3
only=()
for name in "$@"; do only+=(--only "$name"); done

scratch=$(mktemp -d)
output=${PROBE_OUTPUT:-$scratch/out.json}
pid=
finish() {
  if [ -n "$pid" ]; then kill "$pid" 2>/dev/null || true; wait "$pid" 2>/dev/null || true; fi
  rm -rf "$scratch"
}
trap finish EXIT

port=$("$python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
bash "$dir/dev-server.sh" "$server" "$port" >"$scratch/server.log" 2>&1 &
pid=$!
for _ in $(seq 100); do
  if grep -q "127.0.0.1:$port" "$scratch/server.log"; then break; fi
  if ! kill -0 "$pid" 2>/dev/null; then cat "$scratch/server.log" >&2; exit 1; fi
  sleep 0.1
done

cd "$scratch"  # Python's caches stay out of DIR
export PYTHONDONTWRITEBYTECODE=1
"$python" "$dir/probe.py" run "127.0.0.1:$port" -o "$output" --expect "$dir/expected.json" ${only[@]+"${only[@]}"}
if ! kill -0 "$pid" 2>/dev/null; then
  echo "the server did not survive the probe:" >&2
  cat "$scratch/server.log" >&2
fi
"$python" "$dir/probe.py" diff "$dir/expected.json" "$output" --lines 1 ${only[@]+"${only[@]}"} |
  grep -v '^equal ' || true
"$python" "$here/compare_with_list.py" "$here/equal.txt" "$dir/expected.json" "$output" "$@"
