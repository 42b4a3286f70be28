// Lists and counts of runs. What is asked for is looked up in the runs themselves, so that nothing is ever late.
#include <algorithm>
#include <limits>
#include <map>
#include <tuple>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "fake-server/frontend/execution_info.h"
#include "fake-server/frontend/handlers.h"
#include "fake-server/history/service_errors.h"
#include "fake-server/visibility/query_value.h"
#include "fake-server/visibility/visibility_query.h"
#include "nlohmann/json.hpp"
#include "sdk/base/proto_time.h"
#include "sdk/transport/rpcs.h"

namespace temporal::server {
namespace {

namespace rpc = internal::rpc;
using internal::TimePoint;
using Type = api::enums::v1::IndexedValueType;

constexpr int kMostOfAPage = 1000;

std::int64_t Nanos(TimePoint time) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
}

// -- Attributes of a run ------------------------------------------------------------------------------

AttributeValue Decode(const api::common::v1::Payload& payload, Type type) {
  const auto json = nlohmann::json::parse(payload.data(), nullptr, false);
  if (type == Type::INDEXED_VALUE_TYPE_KEYWORD_LIST) {
    std::vector<std::string> list;
    if (json.is_string()) list.push_back(json.get<std::string>());
    for (const auto& element : json.is_array() ? json : nlohmann::json::array()) {
      if (element.is_string()) list.push_back(element.get<std::string>());
    }
    return list.empty() ? AttributeValue() : AttributeValue(std::move(list));
  }
  const auto& value = json.is_array() && json.size() == 1 ? json[0] : json;
  if (value.is_boolean()) return value.get<bool>();
  if (value.is_number_integer()) return value.get<std::int64_t>();
  if (value.is_number()) return value.get<double>();
  if (!value.is_string()) return {};
  std::string text = value.get<std::string>();
  if (type != Type::INDEXED_VALUE_TYPE_DATETIME) return text;
  absl::Time time;
  return absl::ParseTime(absl::RFC3339_full, text, &time, nullptr) ? AttributeValue(absl::ToUnixNanos(time))
                                                                   : AttributeValue();
}

AttributeValue NotEmpty(const std::string& text) { return text.empty() ? AttributeValue() : AttributeValue(text); }

// What is only known of a run that is closed.
AttributeValue ClosedAttribute(const MutableState& run, const std::string& name) {
  if (run.running()) return {};
  if (name == "CloseTime") return Nanos(run.close_time());
  if (name == "ExecutionDuration") return Nanos(run.close_time()) - Nanos(run.execution_time());
  if (name == "HistoryLength") return run.next_event_id() - 1;
  if (name == "HistorySizeBytes") return static_cast<std::int64_t>(run.history_bytes());
  return static_cast<std::int64_t>(run.state_transitions);
}

AttributeValue Attribute(const MutableState& run, const SearchAttributeRegistry& attributes, const std::string& name) {
  const auto& start = run.start();
  if (name == "WorkflowId") return run.execution().workflow_id();
  if (name == "RunId") return run.execution().run_id();
  if (name == "WorkflowType") return start.workflow_type().name();
  if (name == "TaskQueue") return run.normal_task_queue().name();
  if (name == "ExecutionStatus") return std::string(StateName(run.status()));
  if (name == "StartTime") return Nanos(run.start_time());
  if (name == "ExecutionTime") return Nanos(run.execution_time());
  if (name == "ParentWorkflowId") return NotEmpty(start.parent_workflow_execution().workflow_id());
  if (name == "ParentRunId") return NotEmpty(start.parent_workflow_execution().run_id());
  if (name == "RootWorkflowId") return RootOf(run).workflow_id();
  if (name == "RootRunId") return RootOf(run).run_id();
  if (name == "CloseTime" || name == "ExecutionDuration" || name == "HistoryLength" || name == "HistorySizeBytes" ||
      name == "StateTransitionCount") {
    return ClosedAttribute(run, name);
  }
  if (run.search_attributes == nullptr) return {};
  const auto found = run.search_attributes->indexed_fields().find(name);
  if (found == run.search_attributes->indexed_fields().end()) return {};
  return Decode(found->second,
                attributes.Find(run.name_space().name, name).value_or(Type::INDEXED_VALUE_TYPE_UNSPECIFIED));
}

// -- Pages --------------------------------------------------------------------------------------------

// Where a run stands: open ones first, then by close, the latest first; among them by start, the latest first.
struct Place {
  std::int64_t close = 0, start = 0;
  std::string run_id;
  auto Key() const { return std::tuple(-close, -start, run_id); }
};

Place PlaceOf(const MutableState& run) {
  const std::int64_t close = run.running() ? std::numeric_limits<std::int64_t>::max() : Nanos(run.close_time());
  return {close, Nanos(run.start_time()), run.execution().run_id()};
}

std::string ToToken(const Place& place) { return absl::StrCat(place.close, "/", place.start, "/", place.run_id); }

absl::StatusOr<Place> FromToken(const std::string& token) {
  const std::vector<std::string> parts = absl::StrSplit(token, '/');
  Place place;
  if (parts.size() != 3 || !absl::SimpleAtoi(parts[0], &place.close) || !absl::SimpleAtoi(parts[1], &place.start)) {
    return InvalidArgument("Invalid NextPageToken.");
  }
  place.run_id = parts[2];
  return place;
}

using Runs = std::vector<const MutableState*>;

template <class Predicate>
Runs Select(const ServerParts& parts, const std::string& namespace_name, const Predicate& selects) {
  Runs runs;
  for (const auto& run : parts.engine.runs()) {
    if (run->name_space().name == namespace_name && selects(*run)) runs.push_back(run.get());
  }
  return runs;
}

template <class Response>
absl::StatusOr<Response> Page(Runs runs, int page_size, const std::string& token) {
  std::sort(runs.begin(), runs.end(),
            [](const MutableState* a, const MutableState* b) { return PlaceOf(*a).Key() < PlaceOf(*b).Key(); });
  auto at = runs.begin();
  if (!token.empty()) {
    const absl::StatusOr<Place> last = FromToken(token);
    if (!last.ok()) return last.status();
    at = std::find_if(at, runs.end(), [&last](const MutableState* run) { return last->Key() < PlaceOf(*run).Key(); });
  }
  Response response;
  const int size = page_size <= 0 ? kMostOfAPage : std::min(page_size, kMostOfAPage);
  for (; at != runs.end(); ++at) {
    if (response.executions_size() == size) {
      response.set_next_page_token(ToToken(PlaceOf(**std::prev(at))));
      break;
    }
    auto& entry = *response.add_executions();
    FillExecutionInfo(**at, entry);
    if (!(*at)->running()) FillSizes(**at, entry);
  }
  return response;
}

// -- Calls --------------------------------------------------------------------------------------------

Runs Query(const ServerParts& parts, const std::string& namespace_name, const VisibilityQuery& query) {
  return Select(parts, namespace_name, [&](const MutableState& run) {
    return query.Selects([&](const std::string& name) { return Attribute(run, parts.search_attributes, name); });
  });
}

template <class Response, class Request>
absl::StatusOr<Response> List(const ServerParts& parts, const Request& request) {
  const auto query = VisibilityQuery::Parse(parts.search_attributes, request.namespace_(), request.query());
  if (!query.ok()) return query.status();
  return Page<Response>(Query(parts, request.namespace_(), *query), request.page_size(), request.next_page_token());
}

absl::StatusOr<wf::CountWorkflowExecutionsResponse> Count(const ServerParts& parts,
                                                          const wf::CountWorkflowExecutionsRequest& request) {
  const auto query = VisibilityQuery::Parse(parts.search_attributes, request.namespace_(), request.query());
  if (!query.ok()) return query.status();
  const Runs runs = Query(parts, request.namespace_(), *query);
  wf::CountWorkflowExecutionsResponse response;
  response.set_count(static_cast<std::int64_t>(runs.size()));
  if (query->group_by().empty()) return response;
  std::map<std::string, std::int64_t> groups;
  for (const MutableState* run : runs) {
    const AttributeValue value = Attribute(*run, parts.search_attributes, query->group_by());
    if (const auto* text = std::get_if<std::string>(&value)) ++groups[*text];
  }
  for (const auto& [value, count] : groups) {
    auto& group = *response.add_groups();
    auto& payload = *group.add_group_values();
    (*payload.mutable_metadata())["encoding"] = "json/plain";
    (*payload.mutable_metadata())["type"] = "Keyword";
    payload.set_data(nlohmann::json(value).dump());
    group.set_count(count);
  }
  return response;
}

// The calls before there were queries: one of three filters.
template <class Response, class Request>
absl::StatusOr<Response> ListOld(const ServerParts& parts, const Request& request, bool open) {
  const auto& window = request.start_time_filter();
  Runs runs = Select(parts, request.namespace_(), [&](const MutableState& run) {
    if (run.running() != open) return false;
    if (window.has_earliest_time() && run.start_time() < internal::FromProto(window.earliest_time())) return false;
    if (window.has_latest_time() && run.start_time() > internal::FromProto(window.latest_time())) return false;
    if (request.has_execution_filter()) {
      const auto& filter = request.execution_filter();
      return run.execution().workflow_id() == filter.workflow_id() &&
             (filter.run_id().empty() || filter.run_id() == run.execution().run_id());
    }
    if (request.has_type_filter()) return run.start().workflow_type().name() == request.type_filter().name();
    if constexpr (requires { request.status_filter(); }) {
      if (request.has_status_filter()) return run.status() == request.status_filter().status();
    }
    return true;
  });
  return Page<Response>(std::move(runs), request.maximum_page_size(), request.next_page_token());
}

}  // namespace

void AddVisibilityHandlers(const ServerParts& parts, HandlerTable& table) {
  table.Add<rpc::ListWorkflowExecutions>([&parts](const auto& request, const CallContext&) {
    return List<wf::ListWorkflowExecutionsResponse>(parts, request);
  });
  table.Add<rpc::ScanWorkflowExecutions>([&parts](const auto& request, const CallContext&) {
    return List<wf::ScanWorkflowExecutionsResponse>(parts, request);
  });
  table.Add<rpc::CountWorkflowExecutions>(
      [&parts](const auto& request, const CallContext&) { return Count(parts, request); });
  table.Add<rpc::ListOpenWorkflowExecutions>([&parts](const auto& request, const CallContext&) {
    return ListOld<wf::ListOpenWorkflowExecutionsResponse>(parts, request, true);
  });
  table.Add<rpc::ListClosedWorkflowExecutions>([&parts](const auto& request, const CallContext&) {
    return ListOld<wf::ListClosedWorkflowExecutionsResponse>(parts, request, false);
  });
  table.Add<rpc::ListArchivedWorkflowExecutions>(
      [](const auto&, const CallContext&) -> absl::StatusOr<wf::ListArchivedWorkflowExecutionsResponse> {
        return InvalidArgument("Cluster is not configured for visibility archival.");
      });
}

}  // namespace temporal::server
