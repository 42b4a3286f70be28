// What a client and its workers do to payloads on their way to the server and back: compress or encrypt them (a
// PayloadCodec), and hide what failures say.
//
// How a C++ type becomes a payload is another matter, chosen by the type: PayloadConverter in "temporal/payload.h".
#ifndef TEMPORAL_CONVERTER_H_
#define TEMPORAL_CONVERTER_H_

#include <string_view>

#include "temporal/payload.h"

namespace temporal {

// Whose payloads these are: the workflow that starts, is signalled, runs …; of a command about another workflow, that
// one. Borrowed for the call. Empty where nobody told, as in the heartbeat of an activity by its token.
struct SerializationContext {
  std::string_view namespace_{};
  std::string_view workflow_id{};
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
