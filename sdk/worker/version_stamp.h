// Tells the server which version the worker is: the deployment's, or a build id alone, whose fields the protos call
// deprecated in favour of deployments.
#ifndef TEMPORAL_SDK_WORKER_VERSION_STAMP_H_
#define TEMPORAL_SDK_WORKER_VERSION_STAMP_H_

#include "sdk/worker/worker_context.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

namespace temporal::internal {

// Of a poll for tasks, or of the answer to one. Nothing if there is neither.
template <class Request>
void SetVersion(const WorkerContext& context, Request& request) {
  if (context.build_id.empty()) return;
  if (!context.deployment_name.empty()) {
    auto& deployment = *request.mutable_deployment_options();
    deployment.set_deployment_name(context.deployment_name);
    deployment.set_build_id(context.build_id);
    deployment.set_worker_versioning_mode(context.options.deployment.use_worker_versioning
                                              ? api::enums::v1::WORKER_VERSIONING_MODE_VERSIONED
                                              : api::enums::v1::WORKER_VERSIONING_MODE_UNVERSIONED);
  } else if constexpr (requires { request.mutable_worker_version_capabilities(); }) {
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
