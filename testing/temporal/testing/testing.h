// Everything a test needs: the environment, mocks, the replayer, matchers.
#ifndef TEMPORAL_TESTING_TESTING_H_
#define TEMPORAL_TESTING_TESTING_H_

#include "temporal/testing/activity_environment.h"
#include "temporal/testing/activity_mock.h"
#include "temporal/testing/history_matchers.h"
#include "temporal/testing/workflow_environment.h"
#include "temporal/testing/workflow_replayer.h"

#endif  // TEMPORAL_TESTING_TESTING_H_
