// Changes of options, by call and by event.
#include "fake-server/history/workflow_options.h"

#include <utility>

#include "fake-server/history/derived_attributes.h"
#include "fake-server/history/transaction.h"
#include "fake-server/history/workflow_engine.h"
#include "google/protobuf/field_mask.pb.h"
#include "google/protobuf/util/field_mask_util.h"

namespace temporal::server {

namespace enums = api::enums::v1;
using google::protobuf::util::FieldMaskUtil;
using Options = api::workflow::v1::WorkflowExecutionOptions;

void TakeOptions(MutableState& run,
                 const api::history::v1::WorkflowExecutionOptionsUpdatedEventAttributes& attributes) {
  if (attributes.unset_versioning_override()) run.versioning_override = nullptr;
  if (attributes.has_versioning_override()) {
    run.versioning_override = std::make_unique<api::workflow::v1::VersioningOverride>(attributes.versioning_override());
    ShowVersion(run);
  }
  // Without a priority the event leaves the run's as it was.
  if (attributes.has_priority()) {
    run.updated_priority = std::make_unique<api::common::v1::Priority>(attributes.priority());
  }
}

bool ChangeOptions(MutableState& run, const Options& options, const google::protobuf::FieldMask& mask,
                   const std::string& identity, Options& after) {
  Options before;
  if (run.priority() != nullptr) *before.mutable_priority() = *run.priority();
  if (run.versioning_override != nullptr) *before.mutable_versioning_override() = *run.versioning_override;
  after = before;
  FieldMaskUtil::MergeOptions merge;
  merge.set_replace_message_fields(true);
  FieldMaskUtil::MergeMessageTo(options, mask, merge, &after);
  Options kept = after;  // the answer has the override as it was asked for
  if (kept.has_versioning_override()) *kept.mutable_versioning_override() = InNewForm(kept.versioning_override());
  if (kept.SerializeAsString() == before.SerializeAsString()) return false;

  auto event = HistoryBuilder::Make(enums::EVENT_TYPE_WORKFLOW_EXECUTION_OPTIONS_UPDATED, run.Now());
  event->set_worker_may_ignore(true);
  auto& attributes = *event->mutable_workflow_execution_options_updated_event_attributes();
  attributes.set_identity(identity);
  attributes.set_unset_versioning_override(!kept.has_versioning_override());
  if (kept.has_versioning_override()) *attributes.mutable_versioning_override() = kept.versioning_override();
  if (kept.has_priority()) *attributes.mutable_priority() = kept.priority();
  TakeOptions(run, attributes);
  run.builder.Add(std::move(event));
  return true;
}

absl::StatusOr<wf::UpdateWorkflowExecutionOptionsResponse> WorkflowEngine::UpdateWorkflowExecutionOptions(
    const Namespace& name_space, const wf::UpdateWorkflowExecutionOptionsRequest& request) {
  const auto found = FindRunning(name_space, request.workflow_execution());
  if (!found.ok()) return found.status();
  MutableState& run = **found;
  wf::UpdateWorkflowExecutionOptionsResponse response;
  const bool changed = ChangeOptions(run, request.workflow_execution_options(), request.update_mask(),
                                     request.identity(), *response.mutable_workflow_execution_options());
  if (changed) CloseTransaction(run);
  return response;
}

}  // namespace temporal::server
