// The timers of a run and the one on the loop that stands for them.
#include "fake-server/history/user_timers.h"

#include <utility>

#include "fake-server/history/history_context.h"
#include "fake-server/history/transaction.h"
#include "fake-server/history/workflow_task_lifecycle.h"

namespace temporal::server {
namespace {

namespace enums = api::enums::v1;

void FireDue(MutableState& run) {
  run.user_timer = 0;
  const internal::TimePoint now = run.Now();
  while (!run.timers_by_expiry.empty() && run.timers_by_expiry.begin()->first <= now) {
    const std::int64_t started = run.timers_by_expiry.begin()->second;
    const std::string id = run.events().at(started).timer_started_event_attributes().timer_id();
    auto event = HistoryBuilder::Make(enums::EVENT_TYPE_TIMER_FIRED, now);
    event->mutable_timer_fired_event_attributes()->set_timer_id(id);
    event->mutable_timer_fired_event_attributes()->set_started_event_id(started);
    run.builder.Add(std::move(event));
    RemoveUserTimer(run, id);
  }
  ScheduleWorkflowTask(run);
  CloseTransaction(run);
}

}  // namespace

void AddUserTimer(MutableState& run, const std::string& id, UserTimer timer) {
  run.timers_by_expiry.emplace(timer.expiry, timer.started_event_id);
  run.timers.emplace(id, timer);
}

void RemoveUserTimer(MutableState& run, const std::string& id) {
  const auto found = run.timers.find(id);
  run.timers_by_expiry.erase({found->second.expiry, found->second.started_event_id});
  run.timers.erase(found);
}

void SetUserTimer(MutableState& run) {
  const bool wanted = !run.timers_by_expiry.empty() && run.timers_by_expiry.begin()->first <= run.run_expiration();
  if (wanted && run.user_timer != 0 && run.user_timer_due == run.timers_by_expiry.begin()->first) return;
  run.context.scheduler.Cancel(std::exchange(run.user_timer, 0));
  if (!wanted) return;
  run.user_timer_due = run.timers_by_expiry.begin()->first;
  run.user_timer = run.context.scheduler.PostAt(run.clock().LoopTime(run.user_timer_due), internal::TimerKind::kHistory,
                                                [&run] { FireDue(run); });
}

}  // namespace temporal::server
