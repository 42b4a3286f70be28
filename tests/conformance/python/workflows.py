"""The workflows of some conformance scenarios, written again for the Python SDK, command by command."""

import asyncio
from datetime import timedelta

from temporalio import workflow
from temporalio.common import Priority, RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError, ChildWorkflowError
from temporalio.workflow import ChildWorkflowCancellationType, ParentClosePolicy


def seconds(value: float) -> timedelta:
    return timedelta(seconds=value)


FAST = RetryPolicy(initial_interval=seconds(0.1), backoff_coefficient=2, maximum_attempts=3)


def echo(text: str):
    return workflow.execute_activity("Echo", text, start_to_close_timeout=seconds(10), result_type=str)


@workflow.defn(name="TextWorkflow")
class CallEcho:
    @workflow.run
    async def run(self, text: str) -> str:
        return await echo(text)


@workflow.defn(name="TextWorkflow")
class CallInParallel:
    @workflow.run
    async def run(self, _: str) -> str:
        calls = [
            workflow.start_activity("Work", i, start_to_close_timeout=seconds(10), result_type=str) for i in (3, 2, 1)
        ]
        return "".join(await asyncio.gather(*calls))


@workflow.defn(name="TextWorkflow")
class CallWork:
    @workflow.run
    async def run(self, _: str) -> str:
        return await workflow.execute_activity(
            "Work", 1, start_to_close_timeout=seconds(10), retry_policy=FAST, result_type=str
        )


@workflow.defn(name="TextWorkflow")
class CatchWork:
    @workflow.run
    async def run(self, _: str) -> str:
        try:
            return await workflow.execute_activity(
                "Work", 1, start_to_close_timeout=seconds(10), retry_policy=FAST, result_type=str
            )
        except ActivityError as error:
            assert isinstance(error.cause, ApplicationError)
            return f"{error.cause.type}: {error.cause.message} {error.cause.details[0]}"


@workflow.defn(name="PlainWorkflow")
class BookTrip:
    @workflow.run
    async def run(self) -> None:
        undo: list[str] = []
        for step in ("car", "hotel", "fly"):
            try:
                await workflow.execute_activity("Step", step, start_to_close_timeout=seconds(10))
                undo.append("undo " + step)
            except ActivityError:
                for back in reversed(undo):
                    await workflow.execute_activity("Step", back, start_to_close_timeout=seconds(10))
                raise


@workflow.defn(name="PlainWorkflow")
class SleepTwice:
    @workflow.run
    async def run(self) -> None:
        await workflow.sleep(0.1, summary="the first")
        await workflow.sleep(0.05)


async def begin_sleep(duration: float) -> asyncio.Task:
    """Starts a timer before what the caller does next."""
    timer = asyncio.create_task(asyncio.sleep(duration))
    await asyncio.sleep(0)
    return timer


@workflow.defn(name="PlainWorkflow")
class CancelLater:
    @workflow.run
    async def run(self) -> None:
        timer = await begin_sleep(3600)
        await asyncio.sleep(0.05)
        timer.cancel()
        await asyncio.wait([timer])


@workflow.defn(name="PlainWorkflow")
class Race:
    @workflow.run
    async def run(self) -> None:
        slow, fast = await begin_sleep(3600), await begin_sleep(0.1)
        done, _ = await asyncio.wait([slow, fast], return_when=asyncio.FIRST_COMPLETED)
        assert done == {fast}


@workflow.defn(name="TextWorkflow")
class Collector:
    def __init__(self) -> None:
        self.text = ""
        self.finished = False

    @workflow.run
    async def run(self, start: str) -> str:
        self.text = start + self.text
        await workflow.wait_condition(lambda: self.finished)
        return self.text

    @workflow.signal
    def add(self, text: str) -> None:
        self.text += text

    @workflow.signal
    def finish(self) -> None:
        self.finished = True

    @workflow.query(name="text")
    def what_was_added(self) -> str:
        return self.text


@workflow.defn(name="TextWorkflow")
class WorkingHandler:
    def __init__(self) -> None:
        self.text = ""

    @workflow.run
    async def run(self, start: str) -> str:
        await workflow.wait_condition(lambda: self.text != "")
        return start + self.text

    @workflow.signal
    async def add(self, text: str) -> None:
        self.text = await echo(text)


@workflow.defn(name="TextWorkflow")
class WaitAtMost:
    def __init__(self) -> None:
        self.finished = False

    @workflow.run
    async def run(self, _: str) -> str:
        try:
            await workflow.wait_condition(lambda: self.finished, timeout=0.4)
            return "held"
        except asyncio.TimeoutError:
            return "timed out"

    @workflow.signal
    def finish(self) -> None:
        self.finished = True


@workflow.defn(name="TextWorkflow")
class SleepLong:
    @workflow.run
    async def run(self, _: str) -> str:
        await asyncio.sleep(3600)
        return "slept"


@workflow.defn(name="TextWorkflow")
class CleanUp:
    @workflow.run
    async def run(self, text: str) -> str:
        try:
            await asyncio.sleep(3600)
            return "not cancelled"
        except asyncio.CancelledError:
            await echo(text)
            raise


@workflow.defn(name="Countdown")
class CountDown:
    @workflow.run
    async def run(self, left: int) -> int:
        if left > 0:
            workflow.continue_as_new(left - 1)
        return left


@workflow.defn(name="Countdown")
class CountDownOnSignal:
    def __init__(self) -> None:
        self.finished = False

    @workflow.run
    async def run(self, left: int) -> int:
        await workflow.wait_condition(lambda: self.finished)
        if left > 0:
            workflow.continue_as_new(left - 1)
        return left

    @workflow.signal
    def finish(self) -> None:
        self.finished = True


def child_id() -> str:
    return workflow.info().workflow_id + "/child"


@workflow.defn(name="TextWorkflow")
class CallChild:
    @workflow.run
    async def run(self, text: str) -> str:
        try:
            return "completed " + await workflow.execute_child_workflow("Child", text, id=child_id(), result_type=str)
        except ChildWorkflowError as error:
            return str(error.cause)


@workflow.defn(name="Child")
class EchoLater:
    @workflow.run
    async def run(self, text: str) -> str:
        await asyncio.sleep(0.3)
        return text


@workflow.defn(name="Child")
class FailLater:
    @workflow.run
    async def run(self, text: str) -> str:
        await asyncio.sleep(0.3)
        raise ApplicationError(text, 7, type="Broken")


@workflow.defn(name="Child")
class ObeyLater:
    @workflow.run
    async def run(self, _: str) -> str:
        try:
            await workflow.wait_condition(lambda: False)
            return "never"
        except asyncio.CancelledError:
            await asyncio.sleep(0.3)
            raise


@workflow.defn(name="Child")
class CollectLater(Collector):
    @workflow.run
    async def run(self, start: str) -> str:
        await workflow.wait_condition(lambda: self.finished)
        await asyncio.sleep(0.3)
        return start + self.text


@workflow.defn(name="TextWorkflow")
class SignalChild:
    @workflow.run
    async def run(self, text: str) -> str:
        child = await workflow.start_child_workflow("Child", text, id=child_id(), result_type=str)
        await asyncio.sleep(0.3)
        await child.signal("add", "told")
        await asyncio.sleep(0.3)
        await child.signal("finish")
        return await child


@workflow.defn(name="TextWorkflow")
class CancelChild:
    @workflow.run
    async def run(self, text: str) -> str:
        child = await workflow.start_child_workflow(
            "Child",
            text,
            id=child_id(),
            result_type=str,
            parent_close_policy=ParentClosePolicy.ABANDON,
            cancellation_type=ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
        )
        await asyncio.sleep(0.3)
        child.cancel()
        try:
            return await child
        except ChildWorkflowError as error:
            return str(error.cause)


@workflow.defn(name="TextWorkflow")
class AskOther:
    @workflow.run
    async def run(self, other: str) -> str:
        handle = workflow.get_external_workflow_handle(other)
        await handle.signal("add", "from outside")
        await asyncio.sleep(0.3)
        await handle.cancel()
        return "asked"


@workflow.defn(name="Child")
class OtherCollector(Collector):
    @workflow.run
    async def run(self, start: str) -> str:
        return await super().run(start)


@workflow.defn(name="TextWorkflow")
class Editor:
    def __init__(self) -> None:
        self.text = ""
        self.finished = False

    @workflow.run
    async def run(self, start: str) -> str:
        self.text = start + self.text
        await workflow.wait_condition(lambda: self.finished and workflow.all_handlers_finished())
        return self.text

    @workflow.update
    def append(self, text: str) -> str:
        if text == "fail":
            raise ApplicationError("cannot append", type="Append")
        self.text += text
        return self.text

    @append.validator
    def check(self, text: str) -> None:
        if not text:
            raise ApplicationError("nothing to append", type="Empty")

    @workflow.update
    async def echoed(self, text: str) -> str:
        self.text += await echo(text)
        return self.text

    @workflow.signal
    def finish(self) -> None:
        self.finished = True


@workflow.defn(name="TextWorkflow")
class Patched:
    @workflow.run
    async def run(self, text: str) -> str:
        if workflow.patched("sleep first"):
            await asyncio.sleep(0.05)
        return await echo(text)


@workflow.defn(name="TextWorkflow")
class PatchedThrice:
    @workflow.run
    async def run(self, text: str) -> str:
        for patch in ("first", "second", "first"):
            assert workflow.patched(patch)
            await asyncio.sleep(0.05)
        return text + "!" if workflow.patched("third") else text


@workflow.defn(name="TextWorkflow")
class Deprecated:
    @workflow.run
    async def run(self, text: str) -> str:
        workflow.deprecate_patch("sleep first")
        await asyncio.sleep(0.05)
        return text


@workflow.defn(name="TextWorkflow")
class ChangeMemo:
    @workflow.run
    async def run(self, text: str) -> str:
        workflow.upsert_memo({"colour": "green"})
        await asyncio.sleep(0.05)
        workflow.upsert_memo({"size": 3, "colour": None})
        await asyncio.sleep(0.05)
        return text


@workflow.defn(name="TextWorkflow")
class FailOnce:
    @workflow.run
    async def run(self, text: str) -> str:
        if workflow.info().attempt == 1:
            raise ApplicationError("the first time", 7, type="Flaky")
        return text


def local_work(millis: int, **options):
    return workflow.start_local_activity(
        "Work", millis, start_to_close_timeout=seconds(10), result_type=str, **options
    )


def local_echo(text: str, **options):
    return workflow.start_local_activity(
        "Echo", text, start_to_close_timeout=seconds(10), result_type=str, **options
    )


@workflow.defn(name="TextWorkflow")
class CallLocalEcho:
    @workflow.run
    async def run(self, text: str) -> str:
        return await local_echo(text, summary="one line")


@workflow.defn(name="TextWorkflow")
class CallSeveralLocally:
    @workflow.run
    async def run(self, text: str) -> str:
        slow = local_work(400)
        first = await local_echo(text, activity_id="chosen")
        remote = await echo(first)
        return remote + await slow


@workflow.defn(name="TextWorkflow")
class CallFlakyLocally:
    @workflow.run
    async def run(self, _: str) -> str:
        return await local_work(1, retry_policy=FAST, local_retry_threshold=seconds(0.01))


@workflow.defn(name="TextWorkflow")
class CallLongLocally:
    @workflow.run
    async def run(self, text: str) -> str:
        await local_echo(text)
        return await local_work(2400)


URGENT = Priority(priority_key=1)
FAIR = Priority(fairness_key="tenant", fairness_weight=2.5)
WHOLE = Priority(priority_key=4, fairness_key="other", fairness_weight=0.5)


@workflow.defn(name="Child")
class ShowPriority:
    @workflow.run
    async def run(self, text: str) -> str:
        await asyncio.sleep(0.5)
        return f"{text} {workflow.info().priority}"


@workflow.defn(name="TextWorkflow")
class CallWithPriorities:
    @workflow.run
    async def run(self, text: str) -> str:
        if text == "next":
            return str(workflow.info().priority)
        await echo(text)
        for priority in (URGENT, FAIR, WHOLE):
            await workflow.execute_activity(
                "Echo", text, start_to_close_timeout=seconds(10), priority=priority, result_type=str
            )
        for name, priority in (("plain", Priority.default), ("urgent", URGENT), ("whole", WHOLE)):
            child = f"{workflow.info().workflow_id}/{name}"
            await workflow.execute_child_workflow("Child", name, id=child, priority=priority, result_type=str)
        workflow.continue_as_new("next")


@workflow.defn(name="TextWorkflow")
class Details:
    def __init__(self) -> None:
        self.finished = False

    @workflow.run
    async def run(self, text: str) -> str:
        workflow.set_current_details("# " + text)
        await workflow.execute_activity(
            "Echo", text, start_to_close_timeout=seconds(10), summary="an echo", result_type=str
        )
        await workflow.execute_child_workflow(
            "Child",
            text,
            id=child_id(),
            static_summary="a child",
            static_details="of *this*",
            result_type=str,
        )
        await workflow.wait_condition(lambda: self.finished)
        return workflow.get_current_details()

    @workflow.signal
    def add(self, text: str) -> None:
        workflow.set_current_details(workflow.get_current_details() + text)

    @workflow.signal
    def finish(self) -> None:
        self.finished = True


@workflow.defn(name="TextWorkflow")
class UpdatedByItsActivity:
    def __init__(self) -> None:
        self.text = ""

    @workflow.run
    async def run(self, text: str) -> str:
        self.text = text
        answer = await workflow.execute_activity(
            "UpdateCaller", "!", start_to_close_timeout=seconds(10), result_type=str
        )
        return f"{self.text} {answer}"

    @workflow.update
    def append(self, text: str) -> str:
        self.text += text
        return self.text
