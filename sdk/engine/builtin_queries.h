// The names of the queries that the SDK itself answers of every workflow.
#ifndef TEMPORAL_SDK_ENGINE_BUILTIN_QUERIES_H_
#define TEMPORAL_SDK_ENGINE_BUILTIN_QUERIES_H_

#include <string>

#include "temporal/workflow_runtime.h"

namespace temporal::internal {

// "signal approve": what a coroutine is, for reports.
std::string NameOf(const RootCoroutine& root);

inline constexpr char kStackTraceQuery[] = "__stack_trace";
inline constexpr char kEnhancedStackTraceQuery[] = "__enhanced_stack_trace";
inline constexpr char kMetadataQuery[] = "__temporal_workflow_metadata";
inline constexpr const char* kBuiltinQueries[] = {kEnhancedStackTraceQuery, kStackTraceQuery, kMetadataQuery};

}  // namespace temporal::internal

#endif  // TEMPORAL_SDK_ENGINE_BUILTIN_QUERIES_H_
