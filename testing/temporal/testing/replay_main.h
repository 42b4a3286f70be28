// A program that replays histories from its command line, for CI and for a developer with an exported history:
//
//   void RegisterOrders(temporal::test::WorkflowReplayer& replayer) {
//     replayer.RegisterWorkflow<ProcessOrder>(kProcessOrder);
//   }
//   TEMPORAL_REPLAY_MAIN(RegisterOrders)
//
//   replay histories/ order.json            files, and all histories below directories
//   temporal workflow show … | replay -     one from standard input
//   replay --up-to 17 order.json            only as far as event 17
//   replay --fail-fast histories/           stop after the first that does not replay
//
// One line for each history; below it, for one that does not replay, the history's event and what the code does
// instead. Exits with 0 if all replay, 1 if one does not, 2 for a command line that it does not understand. Workflow
// code that blocks its thread ends the program at once, with 1 and its line; none while TEMPORAL_DEBUG is set.
#ifndef TEMPORAL_TESTING_REPLAY_MAIN_H_
#define TEMPORAL_TESTING_REPLAY_MAIN_H_

#include <initializer_list>

#include "temporal/testing/workflow_replayer.h"

namespace temporal::test {

// Registers workflow types with a replayer.
using ReplayRegistry = void (*)(WorkflowReplayer&);

int ReplayMain(int argc, char** argv, std::initializer_list<ReplayRegistry> registries);

}  // namespace temporal::test

// Its arguments are functions `void(temporal::test::WorkflowReplayer&)`.
#define TEMPORAL_REPLAY_MAIN(...) \
  int main(int argc, char** argv) { return ::temporal::test::ReplayMain(argc, argv, {__VA_ARGS__}); }

#endif  // TEMPORAL_TESTING_REPLAY_MAIN_H_
