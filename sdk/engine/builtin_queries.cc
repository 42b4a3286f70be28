// What the SDK answers of every workflow: where it waits, and what it can be asked and told.
#include "sdk/engine/builtin_queries.h"

#include <string_view>

#include "absl/strings/str_cat.h"
#include "sdk/engine/internal_flags.h"
#include "sdk/engine/workflow_instance.h"

namespace temporal::internal {
namespace {

// The SDK's own coroutines around the user's: what runs a task, a workflow, a handler.
bool IsInternal(const std::source_location& where) {
  const std::string_view file = where.file_name();
  for (const std::string_view header : {"temporal/workflow_runtime.h", "temporal/registration.h", "temporal/workflow.h",
                                        "temporal/workflow_handlers.h", "temporal/saga.h", "temporal/saga.cc"}) {
    if (file.ends_with(header)) return true;
  }
  return false;
}

template <class Entries>
void AddDefinitions(const Entries& entries,
                    google::protobuf::RepeatedPtrField<api::sdk::v1::WorkflowInteractionDefinition>& definitions) {
  for (const auto& [name, entry] : entries) {
    auto& definition = *definitions.Add();
    definition.set_name(name);
    definition.set_description(entry.description);
  }
}

}  // namespace

std::string NameOf(const RootCoroutine& root) {
  std::string name = root.kind;
  if (!root.name.empty()) absl::StrAppend(&name, " ", std::string(root.name));
  return name;
}

std::string WorkflowInstance::StackTrace() {
  std::string text;
  for (RootCoroutine* root = roots_.front(); root != nullptr; root = roots_.next(*root)) {
    absl::StrAppend(&text, text.empty() ? "" : "\n", NameOf(*root), "\n");
    for (const PromiseBase* at = root; at != nullptr; at = at->child()) {
      if (IsInternal(at->where())) continue;
      absl::StrAppend(&text, "    at ", at->where().file_name(), ":", at->where().line(), "\n");
    }
  }
  return text;
}

api::sdk::v1::EnhancedStackTrace WorkflowInstance::EnhancedStackTrace() {
  api::sdk::v1::EnhancedStackTrace trace;
  trace.mutable_sdk()->set_name(kSdkName);
  trace.mutable_sdk()->set_version(kSdkVersion);
  for (RootCoroutine* root = roots_.front(); root != nullptr; root = roots_.next(*root)) {
    auto& stack = *trace.add_stacks();
    for (const PromiseBase* at = root; at != nullptr; at = at->child()) {
      auto& location = *stack.add_locations();
      location.set_file_path(at->where().file_name());
      location.set_line(static_cast<std::int32_t>(at->where().line()));
      location.set_column(static_cast<std::int32_t>(at->where().column()));
      location.set_function_name(at == root ? NameOf(*root) : "");
      location.set_internal_code(IsInternal(at->where()));
    }
  }
  return trace;
}

api::sdk::v1::WorkflowMetadata WorkflowInstance::Metadata() {
  api::sdk::v1::WorkflowMetadata metadata;
  auto& definition = *metadata.mutable_definition();
  definition.set_type(info_.workflow_type);
  for (const char* name : kBuiltinQueries) definition.add_query_definitions()->set_name(name);
  AddDefinitions(queries_, *definition.mutable_query_definitions());
  AddDefinitions(signals_, *definition.mutable_signal_definitions());
  AddDefinitions(updates_, *definition.mutable_update_definitions());
  metadata.set_current_details(current_details_);
  return metadata;
}

}  // namespace temporal::internal
