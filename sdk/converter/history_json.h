// Histories as JSON: what the CLI, the UI and the SDKs export, old spellings included.
#ifndef TEMPORAL_SDK_CONVERTER_HISTORY_JSON_H_
#define TEMPORAL_SDK_CONVERTER_HISTORY_JSON_H_

#include <string>
#include <string_view>

#include "temporal/api/history/v1/message.pb.h"

namespace temporal::internal {

// Reads {"events": […]}, also below "history" or as the only element of an array, and a bare array of events. Enum
// values may be spelled EVENT_TYPE_TIMER_STARTED or TimerStarted; unknown fields are skipped. Throws ConversionError
// naming `source`, event and field: for what is no JSON or nested endlessly, no event at all, an event whose type is
// missing, or unknown and not to be ignored, or whose attributes are missing or another type's.
api::history::v1::History HistoryFromJson(std::string_view json, std::string_view source);

// Proto JSON, indented.
std::string HistoryToJson(const api::history::v1::History& history);

}  // namespace temporal::internal

#endif  // TEMPORAL_SDK_CONVERTER_HISTORY_JSON_H_
