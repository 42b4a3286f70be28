// The stage on which scenarios play: workers, raw calls, and the record of histories and answers.
#include "tests/conformance/stage.h"

#include <optional>
#include <stdexcept>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "sdk/base/history_printer.h"
#include "sdk/client/client_core.h"
#include "sdk/converter/history_data.h"

namespace temporal::conformance {
namespace {

constexpr Duration kPollInterval = std::chrono::milliseconds(10);
constexpr int kPolls = 1'000;

std::string ErrorText(const RpcError& error) { return error.what(); }

// The run that a run's last event names as the next of its chain; empty at the end of the chain.
std::string NextRunId(const api::history::v1::History& history) {
  if (history.events().empty()) return "";
  const auto& last = history.events(history.events_size() - 1);
  if (last.has_workflow_execution_continued_as_new_event_attributes())
    return last.workflow_execution_continued_as_new_event_attributes().new_execution_run_id();
  if (last.has_workflow_execution_failed_event_attributes())
    return last.workflow_execution_failed_event_attributes().new_execution_run_id();
  if (last.has_workflow_execution_timed_out_event_attributes())
    return last.workflow_execution_timed_out_event_attributes().new_execution_run_id();
  if (last.has_workflow_execution_completed_event_attributes())
    return last.workflow_execution_completed_event_attributes().new_execution_run_id();
  return "";
}

}  // namespace

Stage::Stage(World& world, const Scenario& scenario, std::string suffix)
    : world_(world), name_(scenario.name), suffix_(std::move(suffix)), queue_(absl::StrCat(name_, suffix_)) {
  if (scenario.define != nullptr) scenario.define(definitions_);
  if (scenario.define != nullptr && scenario.start_worker) StartWorker();
}

Stage::~Stage() = default;

std::string Stage::Id(std::string_view name) const {
  return name.empty() ? queue_ : absl::StrCat(name_, "/", absl::string_view(name.data(), name.size()), suffix_);
}

void Stage::StartWorker(worker::WorkerOptions options) {
  if (options.task_queue.empty()) options.task_queue = queue_;
  worker::Worker& worker = workers_.emplace_back(client(), options);
  for (const auto& definition : definitions_.workflows) worker.Add(definition);
  for (const auto& definition : definitions_.activities) worker.Add(definition);
  worker.Start();
}

void Stage::WaitUntil(std::string_view what, const std::function<bool()>& holds) {
  for (int poll = 0; poll < kPolls; ++poll) {
    if (holds()) return;
    Sleep(kPollInterval);
  }
  throw std::runtime_error("waited ten seconds for " + std::string(what));
}

void Stage::WaitForEvent(const client::UntypedWorkflowHandle& handle, std::string_view type, int count) {
  WaitUntil(type, [&] {
    const WorkflowHistory fetched = handle.FetchHistory();
    int found = 0;
    for (const auto& event : fetched.data().history.events()) {
      const std::string line = internal::PrintEvent(event, {.attributes = false});
      if (line == absl::StrCat(event.event_id(), " ", std::string(type))) ++found;
    }
    return found >= count;
  });
}

void Stage::WaitUntilHandled(const client::UntypedWorkflowHandle& handle, std::string_view type, int count) {
  WaitForEvent(handle, type, count);
  WaitUntil("the end of the workflow task", [&] {
    const WorkflowHistory fetched = handle.FetchHistory();
    const auto& events = fetched.data().history.events();
    const auto last = events.empty() ? api::enums::v1::EVENT_TYPE_UNSPECIFIED : events.rbegin()->event_type();
    return last != api::enums::v1::EVENT_TYPE_WORKFLOW_TASK_SCHEDULED &&
           last != api::enums::v1::EVENT_TYPE_WORKFLOW_TASK_STARTED;
  });
}

void Stage::Compare(const client::UntypedWorkflowHandle& handle) {
  const std::string run_id = handle.run_id().empty() ? handle.Describe().run_id : handle.run_id();
  for (const auto& known : compared_) {
    if (known.run_id() == run_id) return;
  }
  compared_.push_back(client().GetWorkflowHandle(handle.id(), run_id));
}

bool Stage::Finish(const client::UntypedWorkflowHandle& handle, std::string_view label) {
  try {
    std::string text = "completed";
    for (const Payload& payload : handle.ResultPayloads()) absl::StrAppend(&text, " ", payload.data);
    Say(label, text);
    return true;
  } catch (const WorkflowFailedError& error) {
    Say(label, absl::StrCat("failed: ", error.cause().Describe()));
    return false;
  }
}

void Stage::Say(std::string_view label, std::string text) {
  record_.answers.push_back({std::string(label), std::move(text), nullptr});
}

void Stage::Try(std::string_view label, const std::function<void()>& call) {
  try {
    call();
    Say(label, "no error");
  } catch (const WorkflowAlreadyStartedError& error) {
    Say(label, absl::StrCat("WorkflowAlreadyStartedError ", ErrorText(error), " id=", error.workflow_id(),
                            " run=", error.run_id()));
  } catch (const QueryFailedError& error) {
    Say(label, absl::StrCat("QueryFailedError ", ErrorText(error)));
  } catch (const UpdateFailedError& error) {
    Say(label, absl::StrCat("UpdateFailedError ", error.cause().Describe()));
  } catch (const QueryRejectedError& error) {
    Say(label, absl::StrCat("QueryRejectedError ", error.what()));
  } catch (const RpcError& error) {
    Say(label, absl::StrCat("RpcError ", ErrorText(error)));
  } catch (const Failure& failure) {
    Say(label, failure.Describe());
  }
}

void Stage::CompareDescription(const client::UntypedWorkflowHandle& handle, std::string_view label) {
  rpc::DescribeWorkflowExecution::Request request;
  request.mutable_execution()->set_workflow_id(handle.id());
  request.mutable_execution()->set_run_id(handle.run_id());
  CompareCall<rpc::DescribeWorkflowExecution>(label, request);
}

std::unique_ptr<rpc::PollWorkflowTaskQueue::Response> Stage::PollWorkflowTask() {
  rpc::PollWorkflowTaskQueue::Request request;
  request.mutable_task_queue()->set_name(queue_);
  request.set_identity("raw worker");
  auto got = Call<rpc::PollWorkflowTaskQueue>(request);
  if (!got.ok()) throw std::runtime_error(absl::StrCat("no workflow task: ", StatusText(got.status())));
  return std::move(*got);
}

Record Stage::TakeRecord() {
  for (const auto& handle : compared_) {
    std::string run_id = handle.run_id();
    while (!run_id.empty()) {
      record_.histories.push_back(client().GetWorkflowHandle(handle.id(), run_id).FetchHistory());
      run_id = NextRunId(record_.histories.back().data().history);
    }
  }
  StopWorkers();
  return std::move(record_);
}

std::string Stage::StatusText(const absl::Status& status) {
  std::string text = absl::StrCat(std::string(ToString(static_cast<StatusCode>(status.raw_code()))), ": ",
                                  std::string(status.message()));
  status.ForEachPayload([&](absl::string_view type_url, const absl::Cord&) {
    absl::StrAppend(&text, " [", type_url.substr(type_url.rfind('.') + 1), "]");
  });
  return text;
}

internal::ServiceResponse Stage::RawCall(const internal::RpcMethod& method, const google::protobuf::Message& request,
                                         Duration timeout) {
  internal::Host& host = client().core()->host();
  std::optional<internal::ServiceResponse> answer;
  host.OnLoop([&] {
    host.service().Call(method, request, {.timeout = timeout},
                        [&](internal::ServiceResponse got) { answer.emplace(std::move(got)); });
  });
  const auto blocked = host.loop().BlockUntil([&] { return answer.has_value(); }, internal::Skip::kAllowed);
  if (blocked != internal::BlockResult::kDone)
    throw std::runtime_error("a raw call is not answered: nothing can happen");
  return std::move(*answer);
}

}  // namespace temporal::conformance
