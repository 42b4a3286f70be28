// Writes and reads the recorded histories and answers.
#include "tests/conformance/recorded.h"

#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace temporal::conformance {
namespace {

std::string HistoryPath(const std::string& folder, std::string_view scenario, std::size_t run) {
  const std::string base = absl::StrCat(folder, "/", std::string(scenario));
  return run == 0 ? base + ".json" : absl::StrCat(base, ".", run + 1, ".json");
}
std::string AnswersPath(const std::string& folder, std::string_view scenario) {
  return absl::StrCat(folder, "/", std::string(scenario), ".answers");
}

void Write(const std::string& path, const std::string& text) {
  std::ofstream out(path, std::ios::binary);
  out << text;
  if (!out.flush()) throw std::runtime_error("cannot write " + path);
}

// An answer is its label on a line, then its fields, indented.
std::string PrintAnswers(const std::vector<NormalItem>& answers) {
  std::string text;
  for (const NormalItem& answer : answers) {
    absl::StrAppend(&text, answer.kind, "\n");
    for (const auto& [field, value] : answer.fields)
      absl::StrAppend(&text, "  ", field, "=", absl::Utf8SafeCEscape(value), "\n");
  }
  return text;
}

std::vector<NormalItem> ReadAnswers(const std::string& path) {
  std::vector<NormalItem> answers;
  std::ifstream in(path, std::ios::binary);
  for (std::string line; std::getline(in, line);) {
    if (line.rfind("  ", 0) != 0) {
      answers.push_back({line, {}});
      continue;
    }
    const std::size_t equals = line.find('=');
    std::string value;
    if (answers.empty() || equals == std::string::npos || !absl::CUnescape(line.substr(equals + 1), &value))
      throw ConversionError(path + ": a line that is no field: " + line);
    answers.back().fields.emplace_back(line.substr(2, equals - 2), value);
  }
  return answers;
}

}  // namespace

void Save(const std::string& folder, std::string_view scenario, const Record& record) {
  namespace fs = std::filesystem;
  fs::create_directories(folder);
  for (std::size_t run = 0; fs::remove(HistoryPath(folder, scenario, run)); ++run) {
  }
  for (std::size_t run = 0; run < record.histories.size(); ++run)
    Write(HistoryPath(folder, scenario, run), record.histories[run].ToJson());
  Write(AnswersPath(folder, scenario), PrintAnswers(Normalise(record, "").answers));
}

std::vector<WorkflowHistory> LoadHistories(const std::string& folder, std::string_view scenario) {
  std::vector<WorkflowHistory> histories;
  for (std::size_t run = 0; std::filesystem::exists(HistoryPath(folder, scenario, run)); ++run)
    histories.push_back(WorkflowHistory::FromFile(HistoryPath(folder, scenario, run)));
  return histories;
}

std::optional<Recorded> Load(const std::string& folder, std::string_view scenario) {
  if (!std::filesystem::exists(AnswersPath(folder, scenario))) return std::nullopt;
  Recorded recorded;
  recorded.histories = LoadHistories(folder, scenario);
  recorded.normal = Normalise({recorded.histories, {}}, "");
  recorded.normal.answers = ReadAnswers(AnswersPath(folder, scenario));
  return recorded;
}

}  // namespace temporal::conformance
