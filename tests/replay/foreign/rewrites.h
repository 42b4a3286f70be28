// Workflows of other SDKs, written again with this one: what their recorded histories are replayed against.
//
// Each does what the original did, command by command; what it computes besides does not matter to a replay.
#ifndef TEMPORAL_TESTS_REPLAY_FOREIGN_REWRITES_H_
#define TEMPORAL_TESTS_REPLAY_FOREIGN_REWRITES_H_

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "temporal/testing/workflow_replayer.h"

namespace temporal::replay {

struct Rewrite {
  std::string_view sdk;    // whose workflow it is: "sdk-go"
  std::string_view type;   // the workflow type; its beginning, if a * stands at the end
  std::string_view files;  // what the names of its files begin with, where types share a name; else empty
  std::function<void(test::WorkflowReplayer&, std::string_view type)> add;
};

template <class R, class... A>
Rewrite Function(std::string_view sdk, std::string_view type, Task<R> (*function)(workflow::Context&, A...),
                 std::string_view files = "") {
  return {sdk, type, files, [function](test::WorkflowReplayer& replayer, std::string_view actual) {
            replayer.RegisterWorkflow(WorkflowRef<R(A...)>(actual), function);
          }};
}

namespace detail {

template <class T, class R, class... A>
void RegisterClass(test::WorkflowReplayer& replayer, std::string_view type, Task<R> (T::*)(A...)) {
  replayer.RegisterWorkflow<T>(WorkflowRef<R(A...)>(type));
}

}  // namespace detail

template <class T>
Rewrite Class(std::string_view sdk, std::string_view type, std::string_view files = "") {
  return {sdk, type, files, [](test::WorkflowReplayer& replayer, std::string_view actual) {
            detail::RegisterClass(replayer, actual, &T::Run);
          }};
}

using Rewrites = std::vector<Rewrite>;

// One function a file.
void AddGo(Rewrites& rewrites);
void AddGoNexus(Rewrites& rewrites);
void AddJava(Rewrites& rewrites);
void AddPython(Rewrites& rewrites);
void AddDotnet(Rewrites& rewrites);
void AddTypescript(Rewrites& rewrites);
void AddCore(Rewrites& rewrites);
void AddChildren(Rewrites& rewrites);
void AddUpdates(Rewrites& rewrites);

}  // namespace temporal::replay

#endif  // TEMPORAL_TESTS_REPLAY_FOREIGN_REWRITES_H_
