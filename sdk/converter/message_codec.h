// Applies a data converter to whole protocol messages: every payload in them, wherever it stands.
//
// So that nobody who builds or reads a message has to think of it: client and worker call this where messages leave and
// arrive, and the code in between sees plain payloads.
#ifndef TEMPORAL_SDK_CONVERTER_MESSAGE_CODEC_H_
#define TEMPORAL_SDK_CONVERTER_MESSAGE_CODEC_H_

#include "google/protobuf/message.h"
#include "sdk/converter/activity_contexts.h"
#include "temporal/converter.h"

namespace temporal::internal {

// In place. Search attributes and headers are left alone; messages packed into an Any are unpacked and packed again.
// `context` holds until the message names another workflow, or an activity. Throws what the codec throws, and
// ConversionError if it made several payloads of a single one; what it throws about an event becomes a ConversionError
// that names the event. The message is of no use then.
//
// `activities` is what is known of those of a run that has been seen before; null: the message tells all.
void EncodeMessage(const DataConverter& converter, const SerializationContext& context,
                   google::protobuf::Message& message, ActivityContexts* activities = nullptr);
void DecodeMessage(const DataConverter& converter, const SerializationContext& context,
                   google::protobuf::Message& message, ActivityContexts* activities = nullptr);

// `context`, narrowed to the workflow that `message` names, if any. It borrows from the message.
SerializationContext ContextOf(const google::protobuf::Message& message, const SerializationContext& context);

// Whether EncodeMessage and DecodeMessage do anything.
inline bool Encodes(const DataConverter& converter) {
  return converter.codec != nullptr || converter.encode_failure_attributes;
}
inline bool Decodes(const DataConverter& converter) { return converter.codec != nullptr; }

}  // namespace temporal::internal

#endif  // TEMPORAL_SDK_CONVERTER_MESSAGE_CODEC_H_
