// What most programs need: workflows, activities, client, worker. On their own: json.h (user types as JSON),
// protobuf.h, as_completed.h, sync.h, saga.h.
#ifndef TEMPORAL_TEMPORAL_H_
#define TEMPORAL_TEMPORAL_H_

#include "temporal/activity.h"
#include "temporal/child_workflow.h"
#include "temporal/client.h"
#include "temporal/combinators.h"
#include "temporal/converter.h"
#include "temporal/errors.h"
#include "temporal/failure.h"
#include "temporal/future.h"
#include "temporal/history.h"
#include "temporal/interceptor.h"
#include "temporal/log.h"
#include "temporal/options.h"
#include "temporal/payload.h"
#include "temporal/refs.h"
#include "temporal/search_attributes.h"
#include "temporal/task.h"
#include "temporal/worker.h"
#include "temporal/workflow.h"

#endif  // TEMPORAL_TEMPORAL_H_
