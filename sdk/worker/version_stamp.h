// Tells the server the worker's build id. The protos call these fields deprecated in favour of worker deployments,
// which a worker that only has a build id does not take part in.
#ifndef TEMPORAL_SDK_WORKER_VERSION_STAMP_H_
#define TEMPORAL_SDK_WORKER_VERSION_STAMP_H_

#include "sdk/worker/worker_context.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

namespace temporal::internal {

// Of a poll for tasks, or of the answer to one. Nothing if there is no build id.
template <class Request>
void SetBuildId(const WorkerContext& context, Request& request) {
  if (context.build_id.empty()) return;
  if constexpr (requires { request.mutable_worker_version_capabilities(); }) {
    request.mutable_worker_version_capabilities()->set_build_id(context.build_id);
  } else if constexpr (requires { request.mutable_worker_version_stamp(); }) {
    request.mutable_worker_version_stamp()->set_build_id(context.build_id);
  } else {
    request.mutable_worker_version()->set_build_id(context.build_id);
  }
}

}  // namespace temporal::internal

#pragma GCC diagnostic pop

#endif  // TEMPORAL_SDK_WORKER_VERSION_STAMP_H_
