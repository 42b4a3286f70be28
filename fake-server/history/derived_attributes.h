// Search attributes of a run that the server sets itself: the builds that worked on it, and that its workflow tasks
// keep failing.
#ifndef TEMPORAL_FAKE_SERVER_HISTORY_DERIVED_ATTRIBUTES_H_
#define TEMPORAL_FAKE_SERVER_HISTORY_DERIVED_ATTRIBUTES_H_

#include <string>
#include <string_view>

#include "fake-server/history/mutable_state.h"
#include "temporal/api/enums/v1/failed_cause.pb.h"

namespace temporal::server {

// A worker without versions has completed a task, with a build or a binary that was not seen before.
void AddBuildId(MutableState& run, std::string_view build_id);
void AddBinaryChecksum(MutableState& run, const std::string& checksum);

// The run is bound to a version, or to none; or the deployment, or the version, of its worker has been noted.
void ShowVersion(MutableState& run);

// The activities that were paused have changed by this type's, which now has a paused one or not.
void ShowPausedActivity(MutableState& run, const std::string& type, bool paused);

// The started workflow task, which is still in place, has failed or timed out.
void ReportTaskFailed(MutableState& run, api::enums::v1::WorkflowTaskFailedCause cause);
void ReportTaskTimedOut(MutableState& run);
// One has completed.
void ForgetReportedProblems(MutableState& run);

}  // namespace temporal::server

#endif  // TEMPORAL_FAKE_SERVER_HISTORY_DERIVED_ATTRIBUTES_H_
