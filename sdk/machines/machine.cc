// Tables and errors of the machines.
#include "sdk/machines/machine.h"

#include <charconv>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "sdk/base/check.h"
#include "sdk/base/history_printer.h"

namespace temporal::internal {
namespace {

constexpr char kEventIdUrl[] = "temporal.cpp/event_id";
constexpr char kExpectedUrl[] = "temporal.cpp/expected";
constexpr char kFoundUrl[] = "temporal.cpp/found";

absl::Status AtEvent(absl::Status status, std::int64_t event_id) {
  const std::string text = absl::StrCat(event_id);
  status.SetPayload(kEventIdUrl, absl::Cord(absl::string_view(text)));
  return status;
}

}  // namespace

TransitionTable::TransitionTable(const char* name, std::span<const Transition> rows,
                                 std::span<const char* const> state_names)
    : name_(name), rows_(rows), state_names_(state_names) {
  TEMPORAL_CHECK(rows.size() <= kMostRows && state_names.size() <= kMostStates) << name;
  index_.fill(-1);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    auto& at = index_[rows[i].from * static_cast<std::size_t>(Input::kCount) + static_cast<std::size_t>(rows[i].on)];
    TEMPORAL_CHECK(at < 0) << name << " has two rows for " << StateName(rows[i].from) << " + " << NameOf(rows[i].on);
    at = static_cast<std::int8_t>(i);
  }
}

std::vector<std::string> TransitionTable::RowsNotTaken() const {
  std::vector<std::string> missing;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    if (taken_[i].load(std::memory_order_relaxed)) continue;
    missing.push_back(absl::StrCat(name_, ": ", StateName(rows_[i].from), " + ", NameOf(rows_[i].on)));
  }
  return missing;
}

const char* NameOf(Input input) {
  static constexpr std::array<const char*, static_cast<std::size_t>(Input::kCount)> kNames = {
      "Initiated",     "Started",       "StartFailed",    "Completed", "Failed",    "TimedOut",   "Canceled",
      "Terminated",    "Fired",         "CancelRecorded", "Cancel",    "CancelTry", "CancelWait", "CancelWaitRequested",
      "CancelAbandon", "CancelArrived", "Respond",        "Responded"};
  return kNames[static_cast<std::size_t>(input)];
}

void Machine::FillCancelCommand(api::command::v1::Command&) const {
  TEMPORAL_CHECK(false) << Describe() << " has no command to cancel it";
}

void Machine::OnCancelled() { TEMPORAL_CHECK(false) << Describe() << " cannot be cancelled"; }

bool SameType(const std::string& recorded, const std::string& given, bool exact) {
  if (recorded == given || exact) return recorded == given;
  return recorded.substr(recorded.rfind('.') + 1) == given.substr(given.rfind('.') + 1);
}

std::string Place(const std::source_location& where) {
  return where.line() == 0 ? "" : absl::StrCat(where.file_name(), ":", where.line());
}

std::string PrintAttributes(const api::command::v1::Command& command) {
  const auto* oneof = command.GetDescriptor()->FindOneofByName("attributes");
  const auto* field = command.GetReflection()->GetOneofFieldDescriptor(command, oneof);
  return field == nullptr ? "{}" : PrintMessage(command.GetReflection()->GetMessage(command, field));
}

absl::Status Nondeterminism(const api::history::v1::HistoryEvent& event, const std::string& found,
                            const std::string& where) {
  const std::string expected = PrintEvent(event);
  const std::string does = where.empty() ? found : absl::StrCat(found, " at ", where);
  absl::Status status = absl::FailedPreconditionError(absl::StrCat(
      "[TMPRL1100] Nondeterminism error at event ", event.event_id(), ": the history has `", expected,
      "`, but the workflow's code ", does,
      ". Usual causes: the code was changed while this run was open, or it depends on something that is not the same "
      "on replay (clock, random numbers, global state, the order of an unordered container)."));
  status.SetPayload(kExpectedUrl, absl::Cord(absl::string_view(expected)));
  status.SetPayload(kFoundUrl, absl::Cord(absl::string_view(does)));
  return AtEvent(std::move(status), event.event_id());
}

DisagreementParts PartsOf(const absl::Status& status) {
  DisagreementParts parts;
  if (const auto expected = status.GetPayload(kExpectedUrl)) parts.expected = std::string(*expected);
  if (const auto found = status.GetPayload(kFoundUrl)) parts.found = std::string(*found);
  return parts;
}

absl::Status MalformedHistory(const api::history::v1::HistoryEvent& event, const std::string& what) {
  return AtEvent(
      absl::DataLossError(absl::StrCat("the history is malformed at event `", PrintEvent(event), "`: ", what)),
      event.event_id());
}

bool IsNondeterminism(const absl::Status& status) { return absl::IsFailedPrecondition(status); }

std::int64_t EventIdOf(const absl::Status& status) {
  const auto payload = status.GetPayload(kEventIdUrl);
  if (!payload.has_value()) return 0;
  const std::string text(*payload);
  std::int64_t id = 0;
  std::from_chars(text.data(), text.data() + text.size(), id);
  return id;
}

}  // namespace temporal::internal
