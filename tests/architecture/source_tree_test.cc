// Reads the checkout for the other tests here; its own tests show that the reader reads.
#include "tests/architecture/source_tree.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "gtest/gtest.h"

namespace temporal::architecture {
namespace {

// Blanks comments and the insides of string and character literals; keeps line ends, so that line numbers stay.
std::string CodeOnly(const std::string& text) {
  enum class In { kCode, kLineComment, kBlockComment, kString, kCharacter } in = In::kCode;
  std::string code;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const char next = i + 1 < text.size() ? text[i + 1] : '\0';
    bool keep = in == In::kCode;
    switch (in) {
      case In::kCode:
        if (c == '/' && next == '/') in = In::kLineComment, keep = false;
        if (c == '/' && next == '*') in = In::kBlockComment, keep = false;
        if (c == '"') in = In::kString;
        if (c == '\'' && (i == 0 || !std::isalnum(static_cast<unsigned char>(text[i - 1])))) in = In::kCharacter;
        break;
      case In::kLineComment:
        if (c == '\n') in = In::kCode;
        break;
      case In::kBlockComment:
        if (c == '*' && next == '/') in = In::kCode, ++i, code += ' ';
        break;
      case In::kString:
      case In::kCharacter:
        if (c == '\\') ++i, code += ' ';
        if (c == (in == In::kString ? '"' : '\'') || c == '\n') in = In::kCode, keep = true;
        break;
    }
    code += c == '\n' ? '\n' : keep ? c : ' ';
  }
  return code;
}

std::vector<SourceLine> SplitLines(const std::string& text) {
  std::vector<SourceLine> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back({static_cast<int>(lines.size()) + 1, line});
  return lines;
}

std::vector<Include> IncludesOf(const std::string& text) {
  std::vector<Include> includes;
  for (const SourceLine& line : SplitLines(text)) {
    if (line.text.rfind("#include ", 0) != 0) continue;
    const std::size_t open = line.text.find_first_of("<\"");
    const std::size_t close = line.text.find_first_of(">\"", open + 1);
    if (open == std::string::npos || close == std::string::npos) continue;
    includes.push_back({line.number, line.text.substr(open + 1, close - open - 1), line.text[open] == '<'});
  }
  return includes;
}

std::vector<SourceFile> ReadTree() {
  namespace fs = std::filesystem;
  const fs::path top = TEMPORAL_SOURCE_DIR;
  std::vector<SourceFile> files;
  for (const char* part : {"sdk", "fake-server", "testing", "fixtures", "tests"}) {
    if (!fs::exists(top / part)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(top / part)) {
      const std::string extension = entry.path().extension();
      if (!entry.is_regular_file() || (extension != ".h" && extension != ".cc")) continue;
      std::ifstream in(entry.path());
      const std::string text{std::istreambuf_iterator<char>(in), {}};
      files.push_back({fs::relative(entry.path(), top).generic_string(), SplitLines(CodeOnly(text)), IncludesOf(text)});
    }
  }
  std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  return files;
}

TEST(SourceTree, ThisFile_IsReadWithItsIncludesAndWithoutItsComments) {
  const auto& tree = SourceTree();
  const auto self = std::find_if(tree.begin(), tree.end(),
                                 [](const auto& f) { return f.path == "tests/architecture/source_tree_test.cc"; });
  ASSERT_NE(self, tree.end());
  ASSERT_EQ(self->includes.size(), 6u);
  const auto included = [&](std::string_view path, bool angled) {
    return std::any_of(self->includes.begin(), self->includes.end(),
                       [&](const auto& i) { return i.path == path && i.angled == angled; });
  };
  EXPECT_TRUE(included("algorithm", true));
  EXPECT_TRUE(included("tests/architecture/source_tree.h", false));
  EXPECT_EQ(self->lines[0].text.find_first_not_of(' '), std::string::npos);
}

TEST(CodeOnly, CommentsAndLiterals_AreBlanked) {
  EXPECT_EQ(CodeOnly("a(\"x\\\"y\"); // b\nc /* d\n */ 1'000 'e' f"), "a(\"    \");     \nc     \n    1'000 ' ' f");
}

}  // namespace

const std::vector<SourceFile>& SourceTree() {
  static const std::vector<SourceFile> tree = ReadTree();
  return tree;
}

}  // namespace temporal::architecture
