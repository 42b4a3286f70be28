// What a client and its workers do to payloads on their way to the server and back: compress or encrypt them (a
// PayloadCodec), and hide what failures say.
//
// How a C++ type becomes a payload is another matter, chosen by the type: PayloadConverter in "temporal/payload.h".
#ifndef TEMPORAL_CONVERTER_H_
#define TEMPORAL_CONVERTER_H_

#include <string_view>

#include "temporal/payload.h"

namespace temporal {

// Whose payloads these are, the same where they are encoded and where they are decoded: the workflow that starts, is
// signalled, runs …; a child, or another workflow that is signalled, if they go to it or come from it; or an activity.
// Borrowed for the call. Empty is what nobody told: of an activity that is completed by its token or ids, that is
// everything that client::AsyncActivityHandle::WithContext has not been given.
struct SerializationContext {
  std::string_view namespace_{};
  std::string_view workflow_id{};
  // Of the input, heartbeat details, results and failures of an activity of that workflow; else empty.
  std::string_view workflow_type{};
  std::string_view activity_id{};
  std::string_view activity_type{};
  std::string_view activity_task_queue{};  // of a local one, the workflow's
  bool is_local = false;

  bool is_activity() const { return !activity_type.empty(); }
};

// Bytes to bytes. Search attributes and headers are not given to it: the server, or somebody on the way, reads them.
//
// Encode's payloads are what Decode gets, by this process or another: mark them, usually by metadata "encoding", and
// let what is not marked pass. The lists may change their lengths, but a single payload (a memo's value, a summary)
// must stay single. Whatever is thrown fails the call, the workflow task or the activity. Called on the connection's
// loop and on threads that use the client: it must be thread-safe. Workflow code never waits for it.
class PayloadCodec {
 public:
  virtual ~PayloadCodec() = default;
  virtual Payloads Encode(Payloads payloads, const SerializationContext& context) const = 0;
  virtual Payloads Decode(Payloads payloads, const SerializationContext& context) const = 0;
};

struct DataConverter {
  const PayloadCodec* codec = nullptr;  // Default: none. Must outlive client, workers and replayers
  // True: message and stack trace of failures travel in a payload, where the codec can hide them, and the server shows
  // "Encoded failure". They are read back in any case.
  bool encode_failure_attributes = false;
};

}  // namespace temporal

#endif  // TEMPORAL_CONVERTER_H_
