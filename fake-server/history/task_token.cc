// Tokens are their fields, each followed by a slash.
#include "fake-server/history/task_token.h"

#include <array>
#include <cstddef>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace temporal::server {

namespace {

constexpr char kKinds[] = {'w', 'a', 'q'};

// Splits at the first N - 1 slashes: the last field may hold slashes of its own. False if there are too few.
template <std::size_t N>
bool Split(std::string_view bytes, std::array<std::string_view, N>& fields) {
  for (std::size_t i = 0; i + 1 < N; ++i) {
    const std::size_t slash = bytes.find('/');
    if (slash == std::string_view::npos) return false;
    fields[i] = bytes.substr(0, slash);
    bytes.remove_prefix(slash + 1);
  }
  fields[N - 1] = bytes;
  return true;
}

template <class Number>
bool Parse(std::string_view text, Number& number) {
  return absl::SimpleAtoi(absl::string_view(text.data(), text.size()), &number);
}

}  // namespace

std::string TaskToken::Encode() const {
  return absl::StrCat(absl::string_view(&kKinds[static_cast<int>(kind)], 1), "/", run_id, "/", scheduled_event_id, "/",
                      started_event_id, "/", attempt, "/", stamp, "/", task_queue.size(), "/", task_queue);
}

std::optional<TaskToken> TaskToken::Decode(std::string_view bytes) {
  std::array<std::string_view, 8> fields;
  TaskToken token;
  if (!Split(bytes, fields)) return std::nullopt;
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
  if (!Parse(fields[2], token.scheduled_event_id) || !Parse(fields[3], token.started_event_id) ||
      !Parse(fields[4], token.attempt) || !Parse(fields[5], token.stamp)) {
    return std::nullopt;
  }
  std::size_t size = 0;
  // Tells whether something has been added or is missing.
  if (!Parse(fields[6], size) || fields[7].size() != size) return std::nullopt;
  token.task_queue = std::string(fields[7]);
  return token;
}

std::string HistoryToken::Encode() const {
  return absl::StrCat(reverse ? "r/" : "h/", run_id, "/", next_event_id, "/", running ? 1 : 0, "/", transient ? 1 : 0);
}

std::optional<HistoryToken> HistoryToken::Decode(std::string_view bytes) {
  std::array<std::string_view, 5> fields;
  HistoryToken token;
  if (!Split(bytes, fields) || fields[4].find('/') != std::string_view::npos ||
      (fields[0] != "h" && fields[0] != "r") || !Parse(fields[2], token.next_event_id) || token.next_event_id < 1) {
    return std::nullopt;
  }
  token.run_id = std::string(fields[1]);
  token.reverse = fields[0] == "r";
  token.running = fields[3] == "1";
  token.transient = fields[4] == "1";
  return token;
}

}  // namespace temporal::server
