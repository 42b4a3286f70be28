#!/usr/bin/env python3
"""Exchanges histories with the Python SDK, of workflows that are written in both languages.

exchange.py --server PATH --ours DIR --theirs DIR

Replays the histories in --ours (NAME.json, NAME.2.json …, as temporal-conformance --write leaves them) with the Python
SDK's Replayer. Then runs the same workflows with a Python worker on a server of its own (PATH: temporal-fake-server)
and leaves their histories in --theirs, for temporal-conformance --replay. Exits with 0 if every history replays.
"""

import argparse
import asyncio
import json
import pathlib
import socket
import subprocess
import sys

import cancellation
import scenarios
from temporalio.client import Client, WorkflowHistory
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner, Worker

ALL = sorted(scenarios.ALL + cancellation.ALL, key=lambda scenario: scenario.name)


def history_files(folder: pathlib.Path, name: str) -> list[pathlib.Path]:
    first = [folder / f"{name}.json"] if (folder / f"{name}.json").exists() else []
    return first + sorted(folder.glob(f"{name}.[0-9]*.json"))


def read_history(path: pathlib.Path) -> WorkflowHistory:
    data = json.loads(path.read_text())
    started = data["events"][0]["workflowExecutionStartedEventAttributes"]
    return WorkflowHistory.from_json(started["workflowId"], data)


async def mismatches(workflows: list[type], histories: list[WorkflowHistory]) -> list[str]:
    replayer = Replayer(workflows=workflows, workflow_runner=UnsandboxedWorkflowRunner())
    results = [await replayer.replay_workflow(one, raise_on_replay_failure=False) for one in histories]
    return [str(result.replay_failure) for result in results if result.replay_failure]


async def replay_ours(folder: pathlib.Path) -> int:
    """Answers how many scenarios differ."""
    bad = replayed = 0
    for scenario in ALL:
        histories = [read_history(path) for path in history_files(folder, scenario.name)]
        wrong = await mismatches(scenario.workflows, histories) if histories else [f"no history in {folder}"]
        bad += bool(wrong)
        replayed += len(histories)
        print(f"{scenario.name:<42} {'DIFFERS' if wrong else 'replayed'}, {len(histories)} histories", flush=True)
        for text in wrong:
            print("  " + text)
    # A judge that accepts everything would be none.
    for name, other in (("timer.fired", "timer.raced"), ("activity.completed", "child.completed")):
        wrong_workflow = next(one for one in ALL if one.name == other).workflows
        if not await mismatches(wrong_workflow, [read_history(folder / f"{name}.json")]):
            print(f"the history of {name} is accepted by the workflow of {other}")
            bad += 1
    print(f"{replayed} histories replayed by the Python SDK, {bad} scenarios differ", flush=True)
    return bad


async def run_theirs(client: Client, folder: pathlib.Path) -> None:
    async def one(scenario: scenarios.Scenario) -> None:
        stage = scenarios.Stage(client, scenario.name)
        async with Worker(
            client,
            task_queue=scenario.name,
            workflows=scenario.workflows,
            activities=scenario.activities,
            workflow_runner=UnsandboxedWorkflowRunner(),
        ):
            await scenario.run(stage)
            histories = await stage.histories()
        for number, history in enumerate(histories, 1):
            suffix = "" if number == 1 else f".{number}"
            (folder / f"{scenario.name}{suffix}.json").write_text(history.to_json())

    await asyncio.gather(*(asyncio.wait_for(one(scenario), 60) for scenario in ALL))


async def connect(target: str) -> Client:
    for _ in range(100):
        try:
            return await Client.connect(target)
        except RuntimeError:
            await asyncio.sleep(0.1)
    raise RuntimeError(f"no server answers at {target}")


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


async def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", required=True)
    parser.add_argument("--ours", required=True, type=pathlib.Path)
    parser.add_argument("--theirs", required=True, type=pathlib.Path)
    line = parser.parse_args()
    bad = await replay_ours(line.ours)
    line.theirs.mkdir(parents=True, exist_ok=True)
    port = str(free_port())
    command = [line.server, "server", "start-dev", "--headless", "--ip", "127.0.0.1", "--port", port]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        await run_theirs(await connect(f"127.0.0.1:{port}"), line.theirs)
    finally:
        server.terminate()
        server.wait()
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
