// The checkout as the architecture tests see it: every C++ file of ours, read once.
#ifndef TEMPORAL_TESTS_ARCHITECTURE_SOURCE_TREE_H_
#define TEMPORAL_TESTS_ARCHITECTURE_SOURCE_TREE_H_

#include <string>
#include <vector>

namespace temporal::architecture {

struct SourceLine {
  int number = 0;
  std::string text;  // without comments and without the contents of string literals
};

struct Include {
  int line = 0;
  std::string path;     // as written
  bool angled = false;  // <…>
};

struct SourceFile {
  std::string path;  // from the top of the checkout: "sdk/base/random.h"
  std::vector<SourceLine> lines;
  std::vector<Include> includes;
};

// All .h and .cc files below sdk, fake-server, testing, fixtures and tests, sorted by path.
const std::vector<SourceFile>& SourceTree();

}  // namespace temporal::architecture

#endif  // TEMPORAL_TESTS_ARCHITECTURE_SOURCE_TREE_H_
