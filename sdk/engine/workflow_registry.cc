// The registry of workflow types.
#include "sdk/engine/workflow_registry.h"

#include <stdexcept>

namespace temporal::internal {

void WorkflowRegistry::Add(WorkflowDefinition definition) {
  std::string type = definition.type;
  if (!definitions_.emplace(type, std::move(definition)).second) {
    throw std::logic_error((type.empty() ? "the dynamic workflow" : "workflow type " + type) + " is registered twice");
  }
}

const WorkflowDefinition* WorkflowRegistry::Find(std::string_view type) const {
  auto found = definitions_.find(type);
  if (found == definitions_.end()) found = definitions_.find(std::string_view());
  return found == definitions_.end() ? nullptr : &found->second;
}

std::vector<std::string> WorkflowRegistry::types() const {
  std::vector<std::string> types;
  for (const auto& [type, definition] : definitions_) types.push_back(type.empty() ? "(dynamic)" : type);
  return types;
}

}  // namespace temporal::internal
