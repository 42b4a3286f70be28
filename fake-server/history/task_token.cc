// Tokens are their fields, each followed by a slash.
#include "fake-server/history/task_token.h"

#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace temporal::server {

namespace {

constexpr char kKinds[] = {'w', 'a', 'q'};

std::vector<absl::string_view> Fields(std::string_view bytes) {
  return absl::StrSplit(absl::string_view(bytes.data(), bytes.size()), '/');
}

}  // namespace

std::string TaskToken::Encode() const {
  return absl::StrCat(std::string(1, kKinds[static_cast<int>(kind)]), "/", run_id, "/", scheduled_event_id, "/",
                      started_event_id, "/", attempt, "/", stamp, "/", task_queue.size(), "/", task_queue);
}

std::optional<TaskToken> TaskToken::Decode(std::string_view bytes) {
  // The last field may hold slashes; its size tells whether something has been added or is missing.
  const std::vector<absl::string_view> fields =
      absl::StrSplit(absl::string_view(bytes.data(), bytes.size()), absl::MaxSplits('/', 7));
  TaskToken token;
  if (fields.size() != 8 || fields[0].size() != 1) return std::nullopt;
  if (fields[0] == "w") {
    token.kind = Kind::kWorkflowTask;
  } else if (fields[0] == "a") {
    token.kind = Kind::kActivityTask;
  } else if (fields[0] == "q") {
    token.kind = Kind::kQueryTask;
  } else {
    return std::nullopt;
  }
  token.run_id = std::string(fields[1]);
  if (!absl::SimpleAtoi(fields[2], &token.scheduled_event_id) ||
      !absl::SimpleAtoi(fields[3], &token.started_event_id) || !absl::SimpleAtoi(fields[4], &token.attempt) ||
      !absl::SimpleAtoi(fields[5], &token.stamp)) {
    return std::nullopt;
  }
  std::size_t size = 0;
  if (!absl::SimpleAtoi(fields[6], &size) || fields[7].size() != size) return std::nullopt;
  token.task_queue = std::string(fields[7]);
  return token;
}

std::string HistoryToken::Encode() const {
  return absl::StrCat(reverse ? "r/" : "h/", run_id, "/", next_event_id, "/", running ? 1 : 0, "/", transient ? 1 : 0);
}

std::optional<HistoryToken> HistoryToken::Decode(std::string_view bytes) {
  const std::vector<absl::string_view> fields = Fields(bytes);
  HistoryToken token;
  if (fields.size() != 5 || (fields[0] != "h" && fields[0] != "r") ||
      !absl::SimpleAtoi(fields[2], &token.next_event_id) || token.next_event_id < 1) {
    return std::nullopt;
  }
  token.run_id = std::string(fields[1]);
  token.reverse = fields[0] == "r";
  token.running = fields[3] == "1";
  token.transient = fields[4] == "1";
  return token;
}

}  // namespace temporal::server
