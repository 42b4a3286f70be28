// The one transition, and words for messages.
#include "sdk/machines/record_machine.h"

#include "absl/strings/str_cat.h"

namespace temporal::internal {
namespace {

using S = RecordMachine::State;

constexpr Transition kRows[] = {
    Row(S::kCommandGiven, Input::kInitiated, kEnd, S::kRecorded),
};

constexpr const char* kStates[] = {"CommandGiven", "Recorded"};

}  // namespace

const TransitionTable& RecordMachine::Table() {
  static const TransitionTable table("record", kRows, kStates);
  return table;
}

std::string RecordMachine::Describe() const {
  return family() == Family::kUpsertSearchAttributes ? "upsert of search attributes" : "change of the memo";
}

std::string MarkerMachine::Describe() const {
  switch (kind_) {
    case MarkerKind::kPatch:
      return absl::StrCat("patch ", id_);
    case MarkerKind::kLocalActivity:
      return absl::StrCat("result of local activity ", id_);
    default:
      return absl::StrCat("side effect ", id_);
  }
}

}  // namespace temporal::internal
