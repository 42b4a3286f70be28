// The machines of commands that one event answers and nothing follows: markers, search attributes, the memo; and the
// ends of the run.
#ifndef TEMPORAL_SDK_MACHINES_RECORD_MACHINE_H_
#define TEMPORAL_SDK_MACHINES_RECORD_MACHINE_H_

#include <string>

#include "sdk/base/marker_kind.h"
#include "sdk/machines/machine.h"

namespace temporal::internal {

class RecordMachine : public Machine {
 public:
  enum class State : std::uint8_t { kCommandGiven, kRecorded };
  static const TransitionTable& Table();

  // `family` is kUpsertSearchAttributes or kModifyProperties.
  RecordMachine(Family family, const std::source_location& where) : Machine(family, Table(), where) {}

  std::string Describe() const override;

 private:
  std::string Differs(const api::history::v1::HistoryEvent&, bool) override { return ""; }
  void OnOutcome(const api::history::v1::HistoryEvent&) override {}
};

// A marker is matched by what it means and by the id in it.
class MarkerMachine final : public RecordMachine {
 public:
  MarkerMachine(MarkerKind kind, std::string id, const std::source_location& where)
      : RecordMachine(Family::kMarker, where), kind_(kind), id_(std::move(id)) {}

  MarkerKind kind() const { return kind_; }
  const std::string& id() const { return id_; }
  std::string Describe() const override;

 private:
  MarkerKind kind_;
  std::string id_;
};

// What a marker in the history is to the machines.
struct MarkerKey {
  MarkerKind kind = MarkerKind::kUnknown;
  std::string id;
  bool in_order = true;  // false: it may stand elsewhere among the commands of its task
  bool required = true;  // false: the code need not give it any more
};

}  // namespace temporal::internal

#endif  // TEMPORAL_SDK_MACHINES_RECORD_MACHINE_H_
