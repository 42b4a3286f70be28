// Runs the code of one attempt of an activity, through the interceptors, and tells how it ended.
#ifndef TEMPORAL_SDK_WORKER_ACTIVITY_CODE_H_
#define TEMPORAL_SDK_WORKER_ACTIVITY_CODE_H_

#include "sdk/worker/worker_context.h"
#include "temporal/activity.h"
#include "temporal/api/failure/v1/message.pb.h"
#include "temporal/registration.h"

namespace temporal::internal {

struct ActivityOutcome {
  enum class Kind { kCompleted, kFailed, kCanceled, kAsync };
  Kind kind = Kind::kAsync;
  Payload result{};                     // if completed
  Payloads canceled_details{};          // if canceled: the code threw a CanceledFailure
  api::failure::v1::Failure failure{};  // if failed or canceled
};

// Called on the activity's thread. `runtime` is what its context stands on.
ActivityOutcome RunActivityCode(const WorkerContext& context, const ActivityDefinition& definition,
                                ActivityRuntime& runtime, const Payloads& input);

}  // namespace temporal::internal

#endif  // TEMPORAL_SDK_WORKER_ACTIVITY_CODE_H_
