// What the server puts into task tokens and reads back. Opaque to workers; survives them.
#ifndef TEMPORAL_FAKE_SERVER_HISTORY_TASK_TOKEN_H_
#define TEMPORAL_FAKE_SERVER_HISTORY_TASK_TOKEN_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace temporal::server {

struct TaskToken {
  enum class Kind { kWorkflowTask, kActivityTask, kQueryTask };
  Kind kind = Kind::kWorkflowTask;
  std::string run_id;  // of a query: its id
  std::int64_t scheduled_event_id = 0;
  std::int64_t started_event_id = 0;
  int attempt = 0;
  std::uint64_t stamp = 0;
  std::string task_queue{};  // of a query

  std::string Encode() const;
  // Nothing if these are not the bytes of a token.
  static std::optional<TaskToken> Decode(std::string_view bytes);
};

// Where the next page of a history begins.
struct HistoryToken {
  std::string run_id;
  std::int64_t next_event_id = 1;
  bool running = false;    // more may come
  bool transient = false;  // the last page shows the events of a transient workflow task
  bool reverse = false;    // the page after it is the one before

  std::string Encode() const;
  static std::optional<HistoryToken> Decode(std::string_view bytes);
};

}  // namespace temporal::server

#endif  // TEMPORAL_FAKE_SERVER_HISTORY_TASK_TOKEN_H_
