// What a WorkflowHistory holds.
#ifndef TEMPORAL_SDK_CONVERTER_HISTORY_DATA_H_
#define TEMPORAL_SDK_CONVERTER_HISTORY_DATA_H_

#include <string>

#include "temporal/api/history/v1/message.pb.h"

namespace temporal::internal {

struct HistoryData {
  api::history::v1::History history;
  std::string workflow_id;  // empty if nobody told
  std::string run_id;
  std::string source;  // a file name, or what else errors should call it
};

}  // namespace temporal::internal

#endif  // TEMPORAL_SDK_CONVERTER_HISTORY_DATA_H_
