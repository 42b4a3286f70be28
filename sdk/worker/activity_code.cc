// What an activity's code returns or throws, as an outcome.
#include "sdk/worker/activity_code.h"

#include <utility>

#include "sdk/base/intercept.h"
#include "sdk/converter/failure_converter.h"

namespace temporal::internal {

ActivityOutcome RunActivityCode(const WorkerContext& worker, const ActivityDefinition& definition,
                                ActivityRuntime& runtime, const Payloads& input) {
  using Kind = ActivityOutcome::Kind;
  activity::Context context(runtime);
  ActivityOutcome outcome;
  try {
    worker::ExecuteActivityCall call;
    call.activity_type = runtime.GetInfo().activity_type;
    call.input = input;
    call.headers = runtime.GetInfo().headers;
    outcome.result = Intercept<Payload>(
        worker.interceptors, 0, &worker::WorkerInterceptor::ExecuteActivity, std::move(call),
        [&](const worker::ExecuteActivityCall& last) { return definition.run(&context, last.input); }, context);
    outcome.kind = Kind::kCompleted;
  } catch (const CompleteAsyncRequest&) {
    outcome.kind = Kind::kAsync;
  } catch (const CanceledFailure& canceled) {
    outcome.kind = Kind::kCanceled;
    outcome.canceled_details = canceled.details();
    outcome.failure = ToProto(canceled);
  } catch (...) {
    outcome.kind = Kind::kFailed;
    outcome.failure = ExceptionToProto(std::current_exception());
  }
  return outcome;
}

}  // namespace temporal::internal
