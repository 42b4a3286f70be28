// Matching and routing.
#include "sdk/machines/workflow_machines.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sdk/machines/terminal_machine.h"
#include "sdk/machines/update_machine.h"

namespace temporal::internal {

using api::history::v1::HistoryEvent;

void WorkflowMachines::Give(std::unique_ptr<Machine> machine) {
  if (TerminalMachine::IsTerminal(machine->family())) ended_ = true;
  Machine* raw = machine.get();
  given_.push_back(Given{raw, false, std::move(machine), replaying_});
}

int WorkflowMachines::Cancel(Machine& machine, Input how) {
  const Transition* row = machine.table_.Take(machine.state_, how);
  if (row == nullptr) return kNothing;
  machine.state_ = row->to;
  if ((row->effects & kDropCommand) != 0) machine.dropped_ = true;
  if ((row->effects & kGiveCancel) != 0) given_.push_back(Given{&machine, true, nullptr, replaying_});
  if ((row->effects & kTellCancelled) != 0) machine.OnCancelled();
  return row->effects;
}

void WorkflowMachines::EndActivation(bool move) {
  if (!ended_) return;
  const auto terminal = [](const Given& given) {
    return !given.cancel && TerminalMachine::IsTerminal(given.machine->family());
  };
  const auto first = std::find_if(given_.begin(), given_.end(), terminal);
  if (first == given_.end()) return;
  if (!move) {
    given_.erase(std::next(first), given_.end());
    return;
  }
  // Others give their commands after the one that ends the run: they still go before it. The first end counts.
  Given end = std::move(*first);
  given_.erase(std::remove_if(first, given_.end(), terminal), given_.end());
  given_.push_back(std::move(end));
}

absl::Status WorkflowMachines::Apply(const HistoryEvent& event, const EventTraits& traits, Outcomes& outcomes) {
  switch (traits.role) {
    case Role::kCommand:
      if (traits.input == Input::kCancelRecorded || traits.input == Input::kResponded) {
        return MatchCancel(event, traits, outcomes);
      }
      return Match(event, traits);
    case Role::kRouted:
      return Route(event, traits, InitiatingEventId(event), outcomes);
    default:
      return task_.Apply(event, traits.input);
  }
}

bool WorkflowMachines::MayBeMissing(const Given& given) {
  const Machine& machine = *given.machine;
  return given.replayed && machine.family() == Family::kMarker &&
         static_cast<const MarkerMachine&>(machine).kind() == MarkerKind::kPatch;
}

WorkflowMachines::Given* WorkflowMachines::Next() {
  while (!given_.empty() && given_.front().machine->dropped_) given_.pop_front();
  return given_.empty() ? nullptr : &given_.front();
}

WorkflowMachines::Given* WorkflowMachines::NextRequired() {
  Given* next = Next();
  while (next != nullptr && MayBeMissing(*next)) {
    given_.pop_front();
    next = Next();
  }
  return next;
}

absl::Status WorkflowMachines::Mismatch(const HistoryEvent& event, const Given* next) const {
  if (next == nullptr) return Nondeterminism(event, "gives no command for it", "");
  const Machine& machine = *next->machine;
  const char* second = !next->cancel ? "" : machine.family() == Family::kUpdate ? "that completes " : "to cancel ";
  std::string found = absl::StrCat("gives the command ", second, machine.Describe());
  if (!next->cancel && machine.command != nullptr && machine.command->attributes_case() != 0) {
    absl::StrAppend(&found, " ", PrintAttributes(*machine.command));
  }
  return Nondeterminism(event, found, Place(machine.where()));
}

absl::Status WorkflowMachines::Match(const HistoryEvent& event, const EventTraits& traits) {
  if (TakeChangeVersions(event)) return absl::OkStatus();
  Given* next = NextRequired();
  if (next == nullptr || next->cancel || next->machine->family() != traits.family) return Mismatch(event, next);
  Machine& machine = *next->machine;
  const bool compare_ids = compare_ids_ && (own_ || !machine.has_random_id);
  if (const std::string difference = machine.Differs(event, compare_ids); !difference.empty()) {
    return Nondeterminism(event, absl::StrCat(difference, ", ", machine.Describe(), ","), Place(machine.where()));
  }
  const Transition* row = machine.table_.Take(machine.state_, traits.input);
  if (row == nullptr) return Mismatch(event, next);
  Recorded(given_.begin(), event, *row);
  return absl::OkStatus();
}

void WorkflowMachines::Recorded(std::deque<Given>::iterator given, const HistoryEvent& event, const Transition& row) {
  Machine& machine = *given->machine;
  machine.state_ = row.to;
  machine.initiating_event_id_ = event.event_id();
  machine.command.reset();
  std::unique_ptr<Machine> owned = std::move(given->owned);
  given_.erase(given);
  if ((row.effects & kEnd) == 0) open_.emplace(event.event_id(), std::move(owned));
}

bool WorkflowMachines::TakeChangeVersions(const HistoryEvent& event) {
  if (event.event_type() != api::enums::v1::EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES) return false;
  const auto& upsert = event.upsert_workflow_search_attributes_event_attributes();
  const auto& fields = upsert.search_attributes().indexed_fields();
  if (fields.size() != 1 || !fields.contains("TemporalChangeVersion")) return false;
  // Given only by a run that wrote the marker itself.
  Given* next = Next();
  if (next != nullptr && !next->replayed && next->machine->family() == Family::kUpsertSearchAttributes)
    given_.pop_front();
  return true;
}

absl::Status WorkflowMachines::ApplyMarker(const HistoryEvent& event, const MarkerKey& key) {
  const auto fits = [&key](const Given& given) {
    const Machine& machine = *given.machine;
    if (given.cancel || machine.dropped_ || machine.family() != Family::kMarker) return false;
    const auto& marker = static_cast<const MarkerMachine&>(machine);
    return marker.kind() == key.kind && marker.id() == key.id;
  };
  auto found = std::find_if(given_.begin(), given_.end(), fits);
  if (found != given_.end() && key.in_order) {
    while (found != given_.begin() && (given_.front().machine->dropped_ || MayBeMissing(given_.front()))) {
      given_.pop_front();
    }
    if (found != given_.begin()) return Mismatch(event, &given_.front());
  }
  if (found == given_.end()) return key.required ? Mismatch(event, NextRequired()) : absl::OkStatus();
  const Transition* row = found->machine->table_.Take(found->machine->state_, Input::kInitiated);
  if (row == nullptr) return Mismatch(event, &*found);
  Recorded(found, event, *row);
  return absl::OkStatus();
}

namespace {

// Whether `event`, which records a second command, is about `machine`.
bool IsAbout(const HistoryEvent& event, const Machine& machine) {
  const std::int64_t began = InitiatingEventId(event);
  if (began != 0 || machine.family() != Family::kUpdate) return began == machine.initiating_event_id();
  // Older servers named the update only by its own id.
  return event.workflow_execution_update_completed_event_attributes().meta().update_id() ==
         static_cast<const UpdateMachine&>(machine).update_id();
}

}  // namespace

absl::Status WorkflowMachines::MatchCancel(const HistoryEvent& event, const EventTraits& traits, Outcomes& outcomes) {
  const Given* next = NextRequired();
  if (next == nullptr || !next->cancel || next->machine->family() != traits.family || !IsAbout(event, *next->machine)) {
    return Mismatch(event, next);
  }
  const std::int64_t began = next->machine->initiating_event_id();
  given_.pop_front();
  return Route(event, traits, began, outcomes);
}

absl::Status WorkflowMachines::Route(const HistoryEvent& event, const EventTraits& traits, std::int64_t began,
                                     Outcomes& outcomes) {
  const auto found = open_.find(began);
  if (found == open_.end()) {
    return Nondeterminism(event, absl::StrCat("has nothing open that began with event ", began), "");
  }
  Machine& machine = *found->second;
  const Transition* row =
      machine.family() == traits.family ? machine.table_.Take(machine.state_, traits.input) : nullptr;
  if (row == nullptr) {
    return Nondeterminism(event,
                          absl::StrCat("has it for ", machine.Describe(), " in state ", machine.state_name(), ", made"),
                          Place(machine.where()));
  }
  machine.state_ = row->to;
  if ((row->effects & kTellProgress) != 0) {
    outcomes.push_back(Outcome{&machine, &event});
  } else if ((row->effects & kTellOutcome) != 0) {
    outcomes.push_back(Outcome{&machine, &event, std::move(found->second)});
    open_.erase(found);
  } else if ((row->effects & kEnd) != 0) {
    open_.erase(found);
  }
  return absl::OkStatus();
}

absl::Status WorkflowMachines::CheckAllMatched(const HistoryEvent& event) const {
  for (const Given& given : given_) {
    if (!given.machine->dropped_ && !MayBeMissing(given)) return Mismatch(event, &given);
  }
  return absl::OkStatus();
}

void WorkflowMachines::FillCommands(Commands& commands) {
  for (const Given& given : given_) {
    Machine& machine = *given.machine;
    if (machine.dropped_ || MayBeMissing(given)) continue;
    if (given.cancel)
      machine.FillCancelCommand(*commands.Add());
    else
      commands.AddAllocated(machine.command.release());
  }
}

}  // namespace temporal::internal
