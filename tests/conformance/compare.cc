// Finds and prints the differences between two normalised records.
#include "tests/conformance/compare.h"

#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"

namespace temporal::conformance {
namespace {

void CompareItems(const std::string& where, const NormalItem& judge, const NormalItem& ours,
                  std::vector<Difference>& out) {
  if (judge.kind != ours.kind) {
    out.push_back({where, judge.kind, "event_type", judge.kind, ours.kind});
    return;
  }
  const std::map<std::string, std::string> left(judge.fields.begin(), judge.fields.end());
  const std::map<std::string, std::string> right(ours.fields.begin(), ours.fields.end());
  for (const auto& [field, value] : left) {
    const auto found = right.find(field);
    if (found == right.end())
      out.push_back({where, judge.kind, field, value, "(not set)"});
    else if (found->second != value)
      out.push_back({where, judge.kind, field, value, found->second});
  }
  for (const auto& [field, value] : right) {
    if (!left.contains(field)) out.push_back({where, judge.kind, field, "(not set)", value});
  }
}

void CompareRuns(int run, const std::vector<NormalItem>& judge, const std::vector<NormalItem>& ours,
                 std::vector<Difference>& out) {
  for (std::size_t i = 0; i < std::max(judge.size(), ours.size()); ++i) {
    const std::string where = absl::StrCat("run ", run, " event ", i + 1, " ");
    if (i >= judge.size() || i >= ours.size()) {
      out.push_back({where, "history", "events", absl::StrCat(judge.size()), absl::StrCat(ours.size())});
      return;
    }
    CompareItems(where + judge[i].kind, judge[i], ours[i], out);
    if (judge[i].kind != ours[i].kind) return;  // what follows is shifted
  }
}

void PrintSide(const char* mark, const std::vector<NormalItem>& items, const std::vector<NormalItem>& others,
               std::string& out) {
  for (std::size_t i = 0; i < items.size(); ++i) {
    const bool same = i < others.size() && others[i].Print() == items[i].Print();
    absl::StrAppend(&out, "  ", same ? " " : mark, " ", items[i].Print(), "\n");
  }
}

}  // namespace

std::vector<Difference> Compare(const NormalRecord& judge, const NormalRecord& ours) {
  std::vector<Difference> out;
  if (judge.histories.size() != ours.histories.size())
    out.push_back(
        {"histories", "histories", "runs", absl::StrCat(judge.histories.size()), absl::StrCat(ours.histories.size())});
  for (std::size_t i = 0; i < std::min(judge.histories.size(), ours.histories.size()); ++i)
    CompareRuns(static_cast<int>(i) + 1, judge.histories[i], ours.histories[i], out);
  if (judge.answers.size() != ours.answers.size())
    out.push_back(
        {"answers", "answers", "number", absl::StrCat(judge.answers.size()), absl::StrCat(ours.answers.size())});
  for (std::size_t i = 0; i < std::min(judge.answers.size(), ours.answers.size()); ++i)
    CompareItems("answer " + judge.answers[i].kind, judge.answers[i], ours.answers[i], out);
  return out;
}

std::string PrintBoth(const NormalRecord& judge, const NormalRecord& ours) {
  std::string out;
  static const std::vector<NormalItem> kNone;
  for (std::size_t i = 0; i < std::max(judge.histories.size(), ours.histories.size()); ++i) {
    const auto& left = i < judge.histories.size() ? judge.histories[i] : kNone;
    const auto& right = i < ours.histories.size() ? ours.histories[i] : kNone;
    absl::StrAppend(&out, "  run ", i + 1, ", the judge's:\n");
    PrintSide("-", left, right, out);
    absl::StrAppend(&out, "  run ", i + 1, ", ours:\n");
    PrintSide("+", right, left, out);
  }
  return out;
}

void RemoveKnown(std::string_view scenario, std::vector<Difference>& differences, std::vector<std::string>& outdated) {
  for (const KnownDifference& known : KnownDifferences()) {
    if (known.scenario != scenario) continue;
    const auto removed =
        std::erase_if(differences, [&](const Difference& d) { return d.kind == known.kind && d.field == known.field; });
    if (removed == 0)
      outdated.push_back(absl::StrCat(std::string(known.scenario), ": ", std::string(known.kind), ".",
                                      std::string(known.field), " no longer differs; take it off the list"));
  }
}

}  // namespace temporal::conformance
