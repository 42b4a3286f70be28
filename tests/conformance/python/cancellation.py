"""The workflows of the conformance scenarios about cancellation, written again for the Python SDK, and what conducts
them. Each scenario is played for every cancellation type: its name is the workflow's id and its argument."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from scenarios import Scenario, Stage, echo, obey_cancellation, work_until_cancelled
from temporalio import activity, workflow
from temporalio.client import WorkflowHandle
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError, ChildWorkflowError
from temporalio.workflow import ActivityCancellationType, ChildWorkflowCancellationType, ParentClosePolicy
from workflows import begin_sleep, local_echo, local_work, seconds

ACTIVITY_KINDS = {
    "try": ActivityCancellationType.TRY_CANCEL,
    "wait": ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    "abandon": ActivityCancellationType.ABANDON,
}
CHILD_KINDS = {
    "try": ChildWorkflowCancellationType.TRY_CANCEL,
    "wait": ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
    "requested": ChildWorkflowCancellationType.WAIT_CANCELLATION_REQUESTED,
    "abandon": ChildWorkflowCancellationType.ABANDON,
}


async def told(call: Awaitable[str]) -> str:
    """What a call came to."""
    try:
        return await call
    except (ActivityError, ChildWorkflowError, asyncio.CancelledError) as error:
        return str(error)


class Conducted:
    """Is told when to cancel, when to end, and how long to hold a workflow task."""

    def __init__(self) -> None:
        self.cancel_now = False
        self.finished = False

    @workflow.signal
    def cancel(self) -> None:
        self.cancel_now = True

    @workflow.signal
    def finish(self) -> None:
        self.finished = True

    @workflow.signal
    async def hold(self, millis: int) -> None:
        await local_work(millis)

    async def until_cancel(self) -> None:
        await workflow.wait_condition(lambda: self.cancel_now)

    async def until_finish(self) -> None:
        await workflow.wait_condition(lambda: self.finished)


def call_long(kind: str, **options):
    return workflow.start_activity("Long", cancellation_type=ACTIVITY_KINDS[kind], result_type=str, **options)


@workflow.defn(name="TextWorkflow")
class CancelHeartbeating:
    @workflow.run
    async def run(self, kind: str) -> str:
        call = call_long(kind, start_to_close_timeout=seconds(10), heartbeat_timeout=seconds(0.3))
        await asyncio.sleep(0.2)
        call.cancel()
        return await told(call)


@workflow.defn(name="TextWorkflow")
class CancelInSameTask:
    @workflow.run
    async def run(self, kind: str) -> str:
        call = call_long(kind, start_to_close_timeout=seconds(10))
        call.cancel()
        outcome = await told(call)
        await asyncio.sleep(0.05)
        return outcome


class CancelsOnce(Conducted):
    async def call(self, kind: str, **options) -> str:
        call = call_long(
            kind,
            schedule_to_close_timeout=timedelta(hours=1),
            retry_policy=RetryPolicy(initial_interval=timedelta(minutes=30)),
            **options,
        )
        await self.until_cancel()
        call.cancel()
        outcome = await told(call)
        await self.until_finish()
        return outcome


@workflow.defn(name="TextWorkflow")
class CancelOnce(CancelsOnce):
    @workflow.run
    async def run(self, kind: str) -> str:
        return await self.call(kind)


@workflow.defn(name="TextWorkflow")
class CancelUnstarted(CancelsOnce):
    @workflow.run
    async def run(self, kind: str) -> str:
        return await self.call(kind, task_queue="nobody polls this")


@workflow.defn(name="TextWorkflow")
class CancelledWithTheRun:
    @workflow.run
    async def run(self, kind: str) -> str:
        return await call_long(kind, start_to_close_timeout=timedelta(hours=1))


@workflow.defn(name="TextWorkflow")
class CancelLocalWhileItRuns:
    @workflow.run
    async def run(self, kind: str) -> str:
        work = local_work(1000, cancellation_type=ACTIVITY_KINDS[kind])
        await local_echo("hello")
        work.cancel()
        return await told(work)


@workflow.defn(name="TextWorkflow")
class CancelLocalInSameTask:
    @workflow.run
    async def run(self, kind: str) -> str:
        work = local_work(1000, cancellation_type=ACTIVITY_KINDS[kind])
        work.cancel()
        return await told(work) + await local_work(10)


@workflow.defn(name="TextWorkflow")
class CancelLocalAfterItsEnd:
    @workflow.run
    async def run(self, kind: str) -> str:
        work = local_work(10, cancellation_type=ACTIVITY_KINDS[kind])
        await local_work(500)
        work.cancel()
        return await told(work)


def call_flaky(kind: str, wait: timedelta, threshold: timedelta):
    return workflow.start_local_activity(
        "Flaky",
        1,
        start_to_close_timeout=seconds(10),
        retry_policy=RetryPolicy(initial_interval=wait, maximum_attempts=2),
        local_retry_threshold=threshold,
        cancellation_type=ACTIVITY_KINDS[kind],
        result_type=str,
    )


@workflow.defn(name="TextWorkflow")
class CancelInTheWorkersBackoff:
    @workflow.run
    async def run(self, kind: str) -> str:
        work = call_flaky(kind, seconds(2), seconds(60))
        await local_work(500)
        work.cancel()
        return await told(work)


@workflow.defn(name="TextWorkflow")
class CancelInATimersBackoff(Conducted):
    @workflow.run
    async def run(self, kind: str) -> str:
        work = call_flaky(kind, timedelta(hours=1), seconds(0.01))
        await self.until_cancel()
        work.cancel()
        outcome = await told(work)
        await self.until_finish()
        return outcome


@workflow.defn(name="TextWorkflow")
class CancelLocalWithTheRun:
    @workflow.run
    async def run(self, kind: str) -> str:
        return await local_work(6000, cancellation_type=ACTIVITY_KINDS[kind])


def child_options(kind: str) -> dict:
    return {
        "id": workflow.info().workflow_id + "/child",
        "parent_close_policy": ParentClosePolicy.ABANDON,
        "cancellation_type": CHILD_KINDS[kind],
        "result_type": str,
    }


@workflow.defn(name="Child")
class Ignore(Conducted):
    @workflow.run
    async def run(self, text: str) -> str:
        await self.ended()
        return text

    async def ended(self) -> bool:
        """Answers whether it was cancelled."""
        cancelled = False
        while not self.finished:
            try:
                await self.until_finish()
            except asyncio.CancelledError:
                cancelled = True
        return cancelled


@workflow.defn(name="Child")
class CleanUpLater(Ignore):
    @workflow.run
    async def run(self, text: str) -> str:
        if await self.ended():
            await workflow.execute_activity("Echo", text, start_to_close_timeout=seconds(10), result_type=str)
            raise asyncio.CancelledError
        return text


@workflow.defn(name="Child")
class ObeyLater:
    @workflow.run
    async def run(self, text: str) -> str:
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            await asyncio.sleep(0.5)
            raise
        await asyncio.sleep(0.5)
        return text


@workflow.defn(name="TextWorkflow")
class CancelChildOnce(Conducted):
    @workflow.run
    async def run(self, kind: str) -> str:
        child = await workflow.start_child_workflow("Child", "child", **child_options(kind))
        await self.until_cancel()
        child.cancel()
        outcome = await told(child)
        await self.until_finish()
        return outcome


async def begin_child(kind: str) -> asyncio.Task:
    child = asyncio.create_task(workflow.execute_child_workflow("Child", "child", **child_options(kind)))
    await asyncio.sleep(0)
    return child


@workflow.defn(name="TextWorkflow")
class CancelChildInSameTask:
    @workflow.run
    async def run(self, kind: str) -> str:
        child = await begin_child(kind)
        child.cancel()
        outcome = await told(child)
        await asyncio.sleep(0.05)
        return outcome


@workflow.defn(name="TextWorkflow")
class CancelChildBeforeItsStart(Conducted):
    @workflow.run
    async def run(self, kind: str) -> str:
        child = await begin_child(kind)
        await local_work(2400)
        child.cancel()
        outcome = await told(child)
        await self.until_finish()
        return outcome


@workflow.defn(name="TextWorkflow")
class CancelChildWithTheRun:
    @workflow.run
    async def run(self, kind: str) -> str:
        return await workflow.execute_child_workflow("Child", "child", **child_options(kind))


@workflow.defn(name="TextWorkflow")
class CancelsTimer(Conducted):
    @workflow.run
    async def run(self, _: str) -> str:
        timer = await begin_sleep(0.3)
        await self.until_cancel()
        timer.cancel()
        await asyncio.wait([timer])
        return "cancelled" if timer.cancelled() else "fired"


@workflow.defn(name="TextWorkflow")
class AskThrice:
    @workflow.run
    async def run(self, other: str) -> str:
        handle = workflow.get_external_workflow_handle(other)
        await handle.cancel()
        await handle.cancel()
        await handle.signal("finish")
        await asyncio.sleep(0.5)
        answers = []
        for call in (handle.cancel, lambda: handle.signal("finish")):
            try:
                await call()
                answers.append("asked")
            except ApplicationError as error:
                answers.append(str(error))
        return "; ".join(answers)


@activity.defn(name="Long")
async def stay_unaware() -> str:
    activity.raise_complete_async()


@activity.defn(name="Long")
async def fail_always() -> str:
    raise ApplicationError("not yet", type="Flaky")


@activity.defn(name="Flaky")
async def fail_locally(_: int) -> str:
    raise ApplicationError(f"attempt {activity.info().attempt}", type="Flaky")


async def start_each(stage: Stage, kinds: dict, **options) -> dict[str, WorkflowHandle]:
    return {kind: await stage.start("TextWorkflow", kind, kind, **options) for kind in kinds}


async def finish_each(stage: Stage, handles: dict[str, WorkflowHandle]) -> None:
    for handle in handles.values():
        await stage.finish(handle)


def run(kinds: dict) -> Callable[[Stage], Awaitable[None]]:
    async def run_each(stage: Stage) -> None:
        await finish_each(stage, await start_each(stage, kinds))

    return run_each


def cancel_after(event: str) -> Callable[[Stage], Awaitable[None]]:
    async def cancel_each(stage: Stage) -> None:
        handles = await start_each(stage, ACTIVITY_KINDS)
        for handle in handles.values():
            await stage.wait_until_handled(handle, event)
            await handle.signal("cancel")
            await stage.wait_until_handled(handle, "WORKFLOW_TASK_COMPLETED", 2)
            await handle.signal("finish")
        await finish_each(stage, handles)

    return cancel_each


async def wait_for_attempt(handle: WorkflowHandle, attempt: int, started: bool) -> None:
    while True:
        pending = (await handle.describe()).raw_description.pending_activities
        if len(pending) == 1 and pending[0].attempt == attempt and (pending[0].state == 2 or not started):
            break
        await asyncio.sleep(0.02)
    await asyncio.sleep(0.05)


async def complete(stage: Stage, handle: WorkflowHandle) -> None:
    activity_handle = stage.client.get_async_activity_handle(
        workflow_id=handle.id, run_id=handle.first_execution_run_id, activity_id="1"
    )
    await activity_handle.complete("done")


async def cancel_started(stage: Stage) -> None:
    handles = await start_each(stage, ACTIVITY_KINDS)
    for handle in handles.values():
        await wait_for_attempt(handle, 1, True)
        await handle.signal("cancel")
        await stage.wait_until_handled(handle, "WORKFLOW_TASK_COMPLETED", 2)
        await complete(stage, handle)
        await stage.wait_until_handled(handle, "ACTIVITY_TASK_COMPLETED")
        await handle.signal("finish")
    await finish_each(stage, handles)


async def cancel_in_backoff(stage: Stage) -> None:
    handles = await start_each(stage, ACTIVITY_KINDS)
    for handle in handles.values():
        await wait_for_attempt(handle, 2, False)
        await handle.signal("cancel")
        await stage.wait_until_handled(handle, "WORKFLOW_TASK_COMPLETED", 2)
        await handle.signal("finish")
    await finish_each(stage, handles)


async def cancel_as_it_completes(stage: Stage) -> None:
    handles = await start_each(stage, ACTIVITY_KINDS)
    for handle in handles.values():
        await wait_for_attempt(handle, 1, True)
        await handle.signal("hold", 1500)
        await stage.wait_for(handle, "WORKFLOW_TASK_STARTED", 2)
        await complete(stage, handle)
        await handle.signal("cancel")
        await handle.signal("finish")
    await finish_each(stage, handles)


async def cancel_runs(stage: Stage) -> None:
    handles = await start_each(stage, ACTIVITY_KINDS)
    for kind, handle in handles.items():
        await wait_for_attempt(handle, 1, True)
        await handle.cancel()
        await stage.wait_until_handled(handle, "WORKFLOW_TASK_COMPLETED", 2)
        if kind == "wait":
            await complete(stage, handle)
    await finish_each(stage, handles)


async def cancel_runs_with_local_activities(stage: Stage) -> None:
    handles = await start_each(stage, ACTIVITY_KINDS, task_timeout=seconds(2))
    for handle in handles.values():
        await stage.wait_for(handle, "WORKFLOW_TASK_STARTED")
        await handle.cancel()
    await finish_each(stage, handles)


async def finish_child(stage: Stage, parent: WorkflowHandle, asked: bool) -> None:
    child = stage.client.get_workflow_handle(parent.id + "/child")
    if asked:
        await stage.wait_until_handled(parent, "EXTERNAL_WORKFLOW_EXECUTION_CANCEL_REQUESTED")
        await stage.wait_until_handled(child, "WORKFLOW_EXECUTION_CANCEL_REQUESTED")
    await child.signal("finish")
    completed = await stage.keep(child.id)
    await stage.wait_until_handled(parent, "CHILD_WORKFLOW_EXECUTION_" + ("COMPLETED" if completed else "CANCELED"))
    await parent.signal("finish")


async def wait_for_child(stage: Stage, parent: WorkflowHandle) -> None:
    await stage.wait_until_handled(parent, "CHILD_WORKFLOW_EXECUTION_STARTED")
    child = stage.client.get_workflow_handle(parent.id + "/child")
    await stage.wait_until_handled(child, "WORKFLOW_TASK_COMPLETED")


async def cancel_children(stage: Stage) -> None:
    parents = await start_each(stage, CHILD_KINDS)
    for kind, parent in parents.items():
        await wait_for_child(stage, parent)
        await parent.signal("cancel")
        await stage.wait_until_handled(parent, "WORKFLOW_TASK_COMPLETED", 3)
        await finish_child(stage, parent, kind != "abandon")
    await finish_each(stage, parents)


async def cancel_initiated_children(stage: Stage) -> None:
    parents = await start_each(stage, CHILD_KINDS, task_timeout=seconds(2))
    for kind, parent in parents.items():
        await stage.wait_until_handled(parent, "CHILD_WORKFLOW_EXECUTION_STARTED")
        await finish_child(stage, parent, kind != "abandon")
    await finish_each(stage, parents)


async def cancel_children_as_they_complete(stage: Stage) -> None:
    parents = await start_each(stage, CHILD_KINDS)
    for parent in parents.values():
        await wait_for_child(stage, parent)
        await parent.signal("hold", 1500)
        await stage.wait_for(parent, "WORKFLOW_TASK_STARTED", 3)
        child = stage.client.get_workflow_handle(parent.id + "/child")
        await child.signal("finish")
        await stage.keep(child.id)
        await asyncio.sleep(0.2)
        await parent.signal("cancel")
        await parent.signal("finish")
    await finish_each(stage, parents)


# Not "requested": the child's end and the parent's may come in either order.
async def cancel_parents(stage: Stage) -> None:
    parents = await start_each(stage, {kind: CHILD_KINDS[kind] for kind in ("try", "wait", "abandon")})
    for kind, parent in parents.items():
        await wait_for_child(stage, parent)
        await parent.cancel()
        await stage.finish(parent)
        if kind != "wait":
            await stage.client.get_workflow_handle(parent.id + "/child").terminate()
        await stage.keep(parent.id + "/child")


async def cancel_as_it_fires(stage: Stage) -> None:
    handle = await stage.start("TextWorkflow", "")
    await stage.wait_until_handled(handle, "TIMER_STARTED")
    await handle.signal("hold", 2500)
    await stage.wait_for(handle, "WORKFLOW_TASK_STARTED", 2)
    await asyncio.sleep(1.8)
    await handle.signal("cancel")
    await stage.finish(handle)


async def ask_thrice(stage: Stage) -> None:
    other = await stage.start("Child", "other", name="other")
    await stage.wait_until_handled(other, "WORKFLOW_TASK_COMPLETED")
    await stage.finish(await stage.start("TextWorkflow", other.id))
    await stage.finish(other)


LOCAL = [echo, work_until_cancelled, fail_locally]
ALL = [
    Scenario("activity_cancel.as_it_completes", [CancelOnce], cancel_as_it_completes, [stay_unaware, *LOCAL]),
    Scenario("activity_cancel.backoff", [CancelOnce], cancel_in_backoff, [fail_always, *LOCAL]),
    Scenario("activity_cancel.heartbeating", [CancelHeartbeating], run(ACTIVITY_KINDS), [obey_cancellation]),
    Scenario("activity_cancel.same_task", [CancelInSameTask], run(ACTIVITY_KINDS), [obey_cancellation]),
    Scenario("activity_cancel.started", [CancelOnce], cancel_started, [stay_unaware, *LOCAL]),
    Scenario("activity_cancel.unstarted", [CancelUnstarted], cancel_after("ACTIVITY_TASK_SCHEDULED"), LOCAL),
    Scenario("activity_cancel.with_the_run", [CancelledWithTheRun], cancel_runs, [stay_unaware]),
    Scenario("child_cancel.as_it_completes", [CancelChildOnce, Ignore], cancel_children_as_they_complete, LOCAL),
    Scenario("child_cancel.cleaned_up", [CancelChildOnce, CleanUpLater], cancel_children, LOCAL),
    Scenario("child_cancel.ignored", [CancelChildOnce, Ignore], cancel_children, LOCAL),
    Scenario("child_cancel.initiated", [CancelChildBeforeItsStart, Ignore], cancel_initiated_children, LOCAL),
    Scenario("child_cancel.same_task", [CancelChildInSameTask, ObeyLater], run(CHILD_KINDS), LOCAL),
    Scenario("child_cancel.with_the_run", [CancelChildWithTheRun, ObeyLater], cancel_parents, LOCAL),
    Scenario("external.cancelled_again", [AskThrice, Ignore], ask_thrice, LOCAL),
    Scenario("local_activity_cancel.ended", [CancelLocalAfterItsEnd], run(ACTIVITY_KINDS), LOCAL),
    Scenario("local_activity_cancel.running", [CancelLocalWhileItRuns], run(ACTIVITY_KINDS), LOCAL),
    Scenario("local_activity_cancel.same_task", [CancelLocalInSameTask], run(ACTIVITY_KINDS), LOCAL),
    Scenario("local_activity_cancel.timers_backoff", [CancelInATimersBackoff], cancel_after("TIMER_STARTED"), LOCAL),
    Scenario(
        "local_activity_cancel.with_the_run", [CancelLocalWithTheRun], cancel_runs_with_local_activities, LOCAL
    ),
    Scenario("local_activity_cancel.workers_backoff", [CancelInTheWorkersBackoff], run(ACTIVITY_KINDS), LOCAL),
    Scenario("timer.cancelled_as_it_fires", [CancelsTimer], cancel_as_it_fires, LOCAL),
]
