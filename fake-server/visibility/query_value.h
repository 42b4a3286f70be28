// Values in visibility queries: what an attribute's type makes of an operand.
#ifndef TEMPORAL_FAKE_SERVER_VISIBILITY_QUERY_VALUE_H_
#define TEMPORAL_FAKE_SERVER_VISIBILITY_QUERY_VALUE_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "fake-server/visibility/query_syntax.h"
#include "fake-server/visibility/visibility_query.h"

namespace temporal::server {

// INVALID_ARGUMENT in the real server's words. `name` is the attribute's full name.
absl::StatusOr<AttributeValue> ReadQueryValue(const std::string& name, SearchAttributeRegistry::Type type,
                                              const QueryOperand& operand);

// "Running" for WORKFLOW_EXECUTION_STATUS_RUNNING; empty if there is no such status.
std::string_view StateName(int status);

}  // namespace temporal::server

#endif  // TEMPORAL_FAKE_SERVER_VISIBILITY_QUERY_VALUE_H_
