// Where the histories of a failed test go: files that the CLI, the UI and the replayers read, beside the test's output.
#ifndef TEMPORAL_TESTING_ENVIRONMENT_HISTORY_FILES_H_
#define TEMPORAL_TESTING_ENVIRONMENT_HISTORY_FILES_H_

#include <string>
#include <vector>

#include "temporal/history.h"

namespace temporal::test {

// Writes NAME.json and NAME.txt (one event a line) for each history into a folder of the current test: below
// $TEST_UNDECLARED_OUTPUTS_DIR if that is set, else below test-histories in the working directory. Answers the paths
// of the text files; a line that tells why, for what could not be written.
std::vector<std::string> WriteHistories(const std::vector<WorkflowHistory>& histories);

}  // namespace temporal::test

#endif  // TEMPORAL_TESTING_ENVIRONMENT_HISTORY_FILES_H_
