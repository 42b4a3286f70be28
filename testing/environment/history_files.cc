// Names the files and writes them.
#include "testing/environment/history_files.h"

#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace temporal::test {
namespace {

constexpr std::size_t kMaxNameLength = 80;

std::string FileName(const std::string& text) {
  std::string name;
  for (const char c : text.substr(0, kMaxNameLength)) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '.';
    name += plain ? c : '_';
  }
  return name;
}

std::filesystem::path Folder() {
  const char* outputs = std::getenv("TEST_UNDECLARED_OUTPUTS_DIR");
  const std::filesystem::path root = outputs != nullptr ? outputs : "test-histories";
  const auto* test = testing::UnitTest::GetInstance()->current_test_info();
  return test == nullptr ? root : root / FileName(absl::StrCat(test->test_suite_name(), ".", test->name()));
}

bool Write(const std::filesystem::path& path, const std::string& text) {
  std::ofstream file(path);
  file << text;
  file.flush();
  return file.good();
}

}  // namespace

std::vector<std::string> WriteHistories(const std::vector<WorkflowHistory>& histories) {
  std::vector<std::string> told;
  const std::filesystem::path folder = Folder();
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return {absl::StrCat(folder.string(), ": ", error.message())};
  int number = 0;
  for (const WorkflowHistory& history : histories) {
    const std::string name = absl::StrCat(++number, ".", FileName(history.workflow_id()));
    const std::filesystem::path text = folder / (name + ".txt"), json = folder / (name + ".json");
    const bool written = Write(text, history.Print()) && Write(json, history.ToJson());
    told.push_back(absl::StrCat(text.string(), written ? " and .json" : ": could not be written"));
  }
  return told;
}

}  // namespace temporal::test
