"""Conformance scenarios as the Python SDK plays them: the workflows, the activities, and what a client does."""

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable

import workflows as w
from temporalio import activity
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowFailureError, WorkflowHandle, WorkflowHistory
from temporalio.client import WorkflowUpdateFailedError
from temporalio.common import RetryPolicy
from temporalio.exceptions import ApplicationError


class Stage:
    """What a scenario plays on: a client, the scenario's task queue, and the runs whose histories are kept."""

    def __init__(self, client: Client, name: str) -> None:
        self.client = client
        self.name = name
        self.kept: list[tuple[str, str]] = []

    async def start(self, workflow: str, argument=None, name: str = "", **options) -> WorkflowHandle:
        workflow_id = f"{self.name}/{name}" if name else self.name
        arguments = [] if argument is None else [argument]
        handle = await self.client.start_workflow(
            workflow, args=arguments, id=workflow_id, task_queue=self.name, **options
        )
        self.kept.append((workflow_id, handle.first_execution_run_id))
        return handle

    async def finish(self, handle: WorkflowHandle) -> None:
        try:
            await handle.result()
        except WorkflowFailureError:
            pass

    async def keep(self, workflow_id: str) -> bool:
        """Waits for the end of a workflow that nobody here has started, and keeps its history. Did it complete?"""
        handle = self.client.get_workflow_handle(workflow_id)
        while (description := await handle.describe()).status == WorkflowExecutionStatus.RUNNING:
            await asyncio.sleep(0.02)
        self.kept.append((workflow_id, description.run_id))
        return description.status == WorkflowExecutionStatus.COMPLETED

    async def wait_for(self, handle: WorkflowHandle, event: str, count: int = 1) -> None:
        """Until the history of the handle's run has so many events of a type."""
        kind = EventType.Value("EVENT_TYPE_" + event)
        while sum(one.event_type == kind for one in (await handle.fetch_history()).events) < count:
            await asyncio.sleep(0.02)

    async def wait_until_handled(self, handle: WorkflowHandle, event: str, count: int = 1) -> None:
        """The same, and then until no workflow task is due or under way."""
        await self.wait_for(handle, event, count)
        due = (EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED, EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED)
        while (await handle.fetch_history()).events[-1].event_type in due:
            await asyncio.sleep(0.02)

    async def histories(self) -> list[WorkflowHistory]:
        found = []
        for workflow_id, run_id in self.kept:
            while run_id:
                history = await self.client.get_workflow_handle(workflow_id, run_id=run_id).fetch_history()
                found.append(history)
                last = history.events[-1]
                attributes = getattr(last, last.WhichOneof("attributes"))
                run_id = getattr(attributes, "new_execution_run_id", "")
        return found


@dataclasses.dataclass
class Scenario:
    name: str
    workflows: list[type]
    run: Callable[[Stage], Awaitable[None]]
    activities: list[Callable] = dataclasses.field(default_factory=list)


@activity.defn(name="Echo")
async def echo(text: str) -> str:
    return text


@activity.defn(name="Work")
async def work_for(tenths: int) -> str:
    await asyncio.sleep(0.2 * tenths)
    return str(tenths)


@activity.defn(name="Work")
async def fail_twice(_: int) -> str:
    attempt = activity.info().attempt
    if attempt < 3:
        raise ApplicationError(f"attempt {attempt}", attempt, type="Flaky")
    return "third time"


@activity.defn(name="Work")
async def fail_for_good(_: int) -> str:
    raise ApplicationError("bad input", "detail", 7, type="Invalid", non_retryable=True)


@activity.defn(name="Work")
async def work_until_cancelled(millis: int) -> str:
    try:
        await asyncio.sleep(millis / 1000)
    except asyncio.CancelledError:
        return "cancelled"
    return "worked"


@activity.defn(name="Step")
async def do_step(step: str) -> None:
    if step == "fly":
        raise ApplicationError("no seats", type="SoldOut", non_retryable=True)


@activity.defn(name="Long")
async def obey_cancellation() -> str:
    for i in range(100):
        activity.heartbeat(i)
        await asyncio.sleep(0.05)
    return "never cancelled"


@activity.defn(name="UpdateCaller")
async def update_caller(text: str) -> str:
    info = activity.info()
    caller = activity.client().get_workflow_handle(info.workflow_id, run_id=info.workflow_run_id)
    return await caller.execute_update("append", text, id="from the activity", result_type=str)


async def plain(stage: Stage) -> None:
    await stage.finish(await stage.start("PlainWorkflow"))


async def text(stage: Stage) -> None:
    await stage.finish(await stage.start("TextWorkflow", "hello"))


async def short_tasks(stage: Stage) -> None:
    await stage.finish(await stage.start("TextWorkflow", "hello", task_timeout=w.seconds(2)))


async def countdown(stage: Stage) -> None:
    await stage.finish(await stage.start("Countdown", 2))


async def with_child(stage: Stage) -> None:
    await text(stage)
    await stage.keep(stage.name + "/child")


async def start_idle(stage: Stage) -> WorkflowHandle:
    handle = await stage.start("TextWorkflow", "0")
    await stage.wait_for(handle, "WORKFLOW_TASK_COMPLETED")
    return handle


async def signal_while_waiting(stage: Stage) -> None:
    handle = await start_idle(stage)
    await handle.signal("add", "a")
    await stage.wait_for(handle, "WORKFLOW_TASK_COMPLETED", 2)
    await handle.signal("finish")
    await stage.finish(handle)


async def signal_a_working_handler(stage: Stage) -> None:
    handle = await start_idle(stage)
    await handle.signal("add", "a")
    await stage.finish(handle)


async def query(stage: Stage) -> None:
    handle = await start_idle(stage)
    assert await handle.query("text") == "0"
    await handle.signal("finish")
    await stage.finish(handle)
    assert await handle.query("text") == "0"


async def signal_in_time(stage: Stage) -> None:
    handle = await stage.start("TextWorkflow", "")
    await stage.wait_for(handle, "TIMER_STARTED")
    await handle.signal("finish")
    await stage.finish(handle)


async def cancel(stage: Stage) -> None:
    handle = await start_idle(stage)
    await handle.cancel()
    await stage.finish(handle)


async def signal_each_run(stage: Stage) -> None:
    first = await stage.start("Countdown", 1)
    await stage.wait_for(first, "WORKFLOW_TASK_COMPLETED")
    await first.signal("finish")
    run = stage.client.get_workflow_handle(first.id, run_id=first.first_execution_run_id)
    await stage.wait_for(run, "WORKFLOW_EXECUTION_CONTINUED_AS_NEW")
    await stage.client.get_workflow_handle(first.id).signal("finish")
    await stage.finish(first)


async def ask_other(stage: Stage) -> None:
    other = await stage.start("Child", "", name="other")
    await stage.finish(await stage.start("TextWorkflow", stage.name + "/other"))
    await stage.finish(other)


async def update(stage: Stage, calls: list[tuple[str, str]]) -> None:
    handle = await start_idle(stage)
    for number, (name, argument) in enumerate(calls):
        try:
            await handle.execute_update(name, argument, id=f"u{number}")
        except WorkflowUpdateFailedError:
            pass
    await handle.signal("finish")
    await stage.finish(handle)


async def retry(stage: Stage) -> None:
    policy = RetryPolicy(initial_interval=w.seconds(0.1), maximum_attempts=2)
    await stage.finish(await stage.start("TextWorkflow", "hello", retry_policy=policy))


async def with_priority(stage: Stage) -> None:
    await stage.finish(await stage.start("TextWorkflow", "hello", priority=w.FAIR))
    for child in ("plain", "urgent", "whole"):
        await stage.keep(f"{stage.name}/{child}")


async def with_details(stage: Stage) -> None:
    handle = await stage.start(
        "TextWorkflow", "hello", static_summary="one line", static_details="several\n\n*lines*"
    )
    await stage.wait_until_handled(handle, "CHILD_WORKFLOW_EXECUTION_COMPLETED")
    await handle.signal("add", " and more")
    await stage.wait_until_handled(handle, "WORKFLOW_EXECUTION_SIGNALED")
    await handle.signal("finish")
    await stage.finish(handle)
    await stage.keep(stage.name + "/child")


def updates(*calls: tuple[str, str]) -> Callable[[Stage], Awaitable[None]]:
    return lambda stage: update(stage, list(calls))


ALL = [
    Scenario("activity.completed", [w.CallEcho], text, [echo]),
    Scenario("activity.failure_handled", [w.CatchWork], text, [fail_for_good]),
    Scenario("activity.parallel", [w.CallInParallel], text, [work_for]),
    Scenario("activity.retried_then_completed", [w.CallWork], text, [fail_twice]),
    Scenario("activity.saga", [w.BookTrip], plain, [do_step]),
    Scenario("cancel.cleaned_up", [w.CleanUp], cancel, [echo]),
    Scenario("cancel.unhandled", [w.SleepLong], cancel),
    Scenario("child.cancelled_and_waited_for", [w.CancelChild, w.ObeyLater], with_child),
    Scenario("child.completed", [w.CallChild, w.EchoLater], with_child),
    Scenario("child.failed", [w.CallChild, w.FailLater], with_child),
    Scenario("child.signalled", [w.SignalChild, w.CollectLater], with_child),
    Scenario("continue_as_new.chain", [w.CountDown], countdown),
    Scenario("continue_as_new.signalled", [w.CountDownOnSignal], signal_each_run),
    Scenario("details.current_and_static", [w.Details, w.ShowPriority], with_details, [echo]),
    Scenario("external.signal_and_cancel", [w.AskOther, w.OtherCollector], ask_other),
    Scenario("local_activity.completed", [w.CallLocalEcho], text, [echo]),
    Scenario("local_activity.longer_than_the_task", [w.CallLongLocally], short_tasks, [echo, work_until_cancelled]),
    Scenario("local_activity.retried_by_a_timer", [w.CallFlakyLocally], text, [fail_twice]),
    Scenario("local_activity.several", [w.CallSeveralLocally], text, [echo, work_until_cancelled]),
    Scenario("memo.changed", [w.ChangeMemo], text),
    Scenario("patch.deprecated", [w.Deprecated], text),
    Scenario("patch.several", [w.PatchedThrice], text),
    Scenario("patch.taken", [w.Patched], text, [echo]),
    Scenario("priority.handed_down", [w.CallWithPriorities, w.ShowPriority], with_priority, [echo]),
    Scenario("query.running_and_closed", [w.Collector], query),
    Scenario("signal.handled_by_activity", [w.WorkingHandler], signal_a_working_handler, [echo]),
    Scenario("signal.while_waiting", [w.Collector], signal_while_waiting),
    Scenario("timer.cancelled", [w.CancelLater], plain),
    Scenario("timer.fired", [w.SleepTwice], plain),
    Scenario("timer.raced", [w.Race], plain),
    Scenario("update.answered_at_once", [w.Editor], updates(("append", "a"), ("append", "b")), [echo]),
    Scenario("update.answered_by_activity", [w.Editor], updates(("echoed", "a")), [echo]),
    Scenario("update.by_own_activity", [w.UpdatedByItsActivity], text, [update_caller]),
    Scenario("update.failed", [w.Editor], updates(("append", "fail")), [echo]),
    Scenario("update.rejected", [w.Editor], updates(("append", ""), ("append", "a")), [echo]),
    Scenario("wait.signalled_in_time", [w.WaitAtMost], signal_in_time),
    Scenario("wait.timed_out", [w.WaitAtMost], text),
    Scenario("workflow_retry.completed", [w.FailOnce], retry),
]
