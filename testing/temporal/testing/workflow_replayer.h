// WorkflowReplayer: runs today's workflow code on yesterday's histories, and tells whether it still does the same.
//
//   temporal::test::WorkflowReplayer replayer;
//   replayer.RegisterWorkflow<ProcessOrder>(kProcessOrder);
//   EXPECT_THAT(replayer.ReplayFile("order.json"), temporal::test::ReplaysCleanly());
//
// Reads the JSON that the CLI, the UI and the SDKs export, and serialised histories; of this SDK, of those on sdk-core,
// of Go and Java. A part of one: `replayer.Replay(history.UpTo(17))`. Nothing is run but workflow code: no activity, no
// time passes. Needs no environment; confined to one thread.
#ifndef TEMPORAL_TESTING_WORKFLOW_REPLAYER_H_
#define TEMPORAL_TESTING_WORKFLOW_REPLAYER_H_

#include <chrono>
#include <cstdint>
#include <iosfwd>
#include <memory>
#include <ostream>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "temporal/converter.h"
#include "temporal/history.h"
#include "temporal/interceptor.h"
#include "temporal/registration.h"
#include "temporal/time.h"

namespace temporal::client {
class Client;
}

namespace temporal::test {

// What became of one history.
struct ReplayResult {
  enum class State { kRunning, kCompleted, kFailed, kCanceled, kContinuedAsNew, kClosedByServer };

  std::string source;         // the file, or what else the history is called
  bool clean = false;         // the code does what the history says
  std::string mismatch;       // if not: event id, expected, found, the workflow's line; or what is wrong with the file
  std::int64_t event_id = 0;  // that it is about; zero if none
  std::string expected, found;    // if code and history disagree: the event, and what the code does instead
  bool nondeterminism = false;    // else it is the file, the code's exception, an unknown type …
  State state = State::kRunning;  // of the workflow at the end of the history
  Payloads result;                // if it has completed
  std::string failure;            // if it has failed, described
  std::int64_t events = 0;        // that were applied

  // The result of a completed run. Throws ConversionError.
  template <class R>
  R Result() const {
    return internal::DecodeResult<R>(result);
  }
};
std::ostream& operator<<(std::ostream& out, const ReplayResult& result);

// What became of several.
struct ReplayReport {
  std::vector<ReplayResult> results;  // in the order given; of a directory, by path

  bool clean() const;
  // One line for each history, and what did not match below it.
  std::string Print() const;
};
std::ostream& operator<<(std::ostream& out, const ReplayReport& report);

enum class OnMismatch {
  kCollect,   // go on with the next history
  kFailFast,  // stop after the first
};

struct WorkflowReplayerOptions {
  DataConverter data_converter{};                              // what the histories were written with
  std::span<worker::WorkerInterceptor* const> interceptors{};  // must outlive the replayer
  // Workflow code that keeps its thread for so long in one go has a bug. As nothing can free the thread, the program
  // ends, and names the history, the run and the line. Zero: never. Not in force while TEMPORAL_DEBUG is set.
  Duration deadlock_detection_timeout = std::chrono::seconds(2);
  // Ends the program then; called on another thread, with what there is to tell. Default: prints it and aborts.
  void (*on_deadlock)(const ReplayResult& result) = nullptr;
};

class WorkflowReplayer {
 public:
  explicit WorkflowReplayer(const WorkflowReplayerOptions& options = {});
  ~WorkflowReplayer();
  WorkflowReplayer(const WorkflowReplayer&) = delete;
  WorkflowReplayer& operator=(const WorkflowReplayer&) = delete;

  // As worker::Worker's. Throws std::logic_error for a name registered twice.
  template <class T, class R, class... A>
  WorkflowReplayer& RegisterWorkflow(const WorkflowRef<R(A...)>& workflow) {
    return Add(internal::MakeWorkflow<T>(workflow));
  }
  template <class R, class... A, class F>
  WorkflowReplayer& RegisterWorkflow(const WorkflowRef<R(A...)>& workflow, F function) {
    return Add(internal::MakeWorkflowFunction(workflow, std::move(function)));
  }
  template <class F>
  WorkflowReplayer& RegisterDynamicWorkflow(F function) {
    return Add(internal::MakeDynamicWorkflow(std::move(function)));
  }

  // None of these throws for what is wrong with file, history or code: that is in the result.
  ReplayResult ReplayFile(const std::string& path) const;
  ReplayResult ReplayJson(std::string_view json, std::string_view source = "history") const;
  ReplayResult ReplayStream(std::istream& stream, std::string_view source = "stream") const;
  ReplayResult Replay(const WorkflowHistory& history) const;
  ReplayReport ReplayFiles(std::span<const std::string> paths, OnMismatch on_mismatch = OnMismatch::kCollect) const;
  // Whatever a range yields: of WorkflowHistory, read or fetched as it goes on.
  template <class Range>
  ReplayReport ReplayHistories(Range&& histories, OnMismatch on_mismatch = OnMismatch::kCollect) const {
    ReplayReport report;
    for (const WorkflowHistory& history : histories) {
      report.results.push_back(Replay(history));
      if (!report.results.back().clean && on_mismatch == OnMismatch::kFailFast) break;
    }
    return report;
  }
  // Those of the workflows that a visibility query finds, fetched one by one. What the client throws is passed on.
  ReplayReport ReplayQuery(const client::Client& client, std::string_view query,
                           OnMismatch on_mismatch = OnMismatch::kCollect) const;
  // All *.json and *.bin below it, but for a manifest.json. A directory that is not there, or holds none, is a
  // mismatch.
  ReplayReport ReplayDirectory(const std::string& path, OnMismatch on_mismatch = OnMismatch::kCollect) const;

 private:
  class Impl;
  WorkflowReplayer& Add(internal::WorkflowDefinition definition);
  ReplayResult ReplayDecoded(const internal::HistoryData& history) const;
  std::unique_ptr<Impl> impl_;
};

}  // namespace temporal::test

#endif  // TEMPORAL_TESTING_WORKFLOW_REPLAYER_H_
