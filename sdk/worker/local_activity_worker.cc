// From requests of a run to attempts, and from attempts to ends.
#include "sdk/worker/local_activity_worker.h"

#include "sdk/base/proto_time.h"
#include "sdk/converter/failure_converter.h"
#include "sdk/worker/local_retry.h"

namespace temporal::internal {
namespace {

using ProtoFailure = api::failure::v1::Failure;

ProtoFailure TimeoutOf(api::enums::v1::TimeoutType type) {
  ProtoFailure failure;
  failure.set_message("Activity timed out");
  failure.mutable_timeout_failure_info()->set_timeout_type(type);
  return failure;
}

}  // namespace

LocalActivityWorker::LocalActivityWorker(std::shared_ptr<const WorkerContext> context, const ActivityWorker& activities,
                                         Ended ended)
    : context_(std::move(context)),
      activities_(activities),
      ended_(std::move(ended)),
      slots_(std::max(1, context_->options.max_concurrent_local_activities)) {}

void LocalActivityWorker::Handle(const WorkflowRun& run, std::vector<LocalActivityRequest> requests) {
  for (LocalActivityRequest& request : requests) {
    if (auto* begin = std::get_if<RunLocalActivity>(&request)) {
      Begin(run, std::move(*begin));
    } else if (const auto* cancel = std::get_if<CancelLocalActivity>(&request)) {
      Cancel({run.run_id(), cancel->number}, cancel->abandon);
    } else {
      Forget(run.run_id());
    }
  }
}

void LocalActivityWorker::Begin(const WorkflowRun& run, RunLocalActivity request) {
  const Key key(run.run_id(), request.number);
  // One that is left from an earlier life of the run.
  if (const auto old = open_.find(key); old != open_.end()) Remove(old);
  Activity& activity = open_[key];
  activity.request = std::move(request);
  activity.asked_at = context_->loop().Now();
  activity::Info& info = activity.request.info;
  activity.attempt = info.attempt;
  if (info.scheduled_time == TimePoint()) info.scheduled_time = activity.asked_at;
  activity.original_schedule_time = info.scheduled_time;
  info.namespace_ = context_->client->namespace_name();
  info.workflow_id = run.workflow_id();
  info.run_id = run.run_id();
  info.workflow_type = run.workflow_type();
  info.task_queue = context_->task_queue;
  info.is_local = true;
  if (info.schedule_to_close_timeout.count() > 0) {
    activity.schedule_to_close = After(SaturatedAdd(activity.original_schedule_time, info.schedule_to_close_timeout),
                                       key, [](LocalActivityWorker& self, const Key& it) {
                                         self.TimedOut(it, api::enums::v1::TIMEOUT_TYPE_SCHEDULE_TO_CLOSE);
                                       });
  }
  if (!activity.request.cancelled) return BeginAttempt(key);
  activity.attempt = 0;
  CancelWaiting(key);
}

void LocalActivityWorker::BeginAttempt(const Key& key) {
  Activity& activity = open_.at(key);
  activity.attempt_id = ++last_attempt_id_;
  activity.request.info.attempt = activity.attempt;
  activity.request.info.current_attempt_scheduled_time = context_->loop().Now();
  const Duration timeout = activity.request.schedule_to_start_timeout;
  activity.step = 0;
  if (timeout.count() > 0) {
    activity.step =
        After(SaturatedAdd(context_->loop().Now(), timeout), key, [](LocalActivityWorker& self, const Key& it) {
          self.TimedOut(it, api::enums::v1::TIMEOUT_TYPE_SCHEDULE_TO_START);
        });
  }
  waiting_.push_back({key, activity.attempt_id});
  FillSlots();
}

void LocalActivityWorker::FillSlots() {
  while (!waiting_.empty()) {
    const Waiting next = waiting_.front();
    const auto found = open_.find(next.key);
    const bool wanted = found != open_.end() && found->second.attempt_id == next.attempt_id;
    if (wanted && !slots_.Take()) return;
    waiting_.pop_front();
    if (wanted) Run(next.key);
  }
}

void LocalActivityWorker::Run(const Key& key) {
  Activity& activity = open_.at(key);
  context_->loop().Cancel(std::exchange(activity.step, 0));
  activity::Info& info = activity.request.info;
  info.started_time = context_->loop().Now();
  if (info.start_to_close_timeout.count() > 0) {
    activity.step = After(SaturatedAdd(info.started_time, info.start_to_close_timeout), key,
                          [](LocalActivityWorker& self, const Key& it) {
                            self.TimedOut(it, api::enums::v1::TIMEOUT_TYPE_START_TO_CLOSE);
                          });
  }
  activity.running = std::make_shared<LocalActivityAttempt>(context_, *executor_, info, activity.request.input);
  activity.running->Start(activities_.Find(info.activity_type),
                          [weak = weak_from_this(), key, id = activity.attempt_id](ActivityOutcome outcome) {
                            if (auto self = weak.lock()) self->AttemptEnded(key, id, std::move(outcome));
                          });
}

void LocalActivityWorker::AttemptEnded(const Key& key, std::uint64_t attempt_id, ActivityOutcome outcome) {
  slots_.GiveBack();
  const auto found = open_.find(key);
  if (found != open_.end() && found->second.attempt_id == attempt_id) {
    Activity& activity = found->second;
    context_->loop().Cancel(std::exchange(activity.step, 0));
    const bool gave_way = outcome.kind == ActivityOutcome::Kind::kCanceled;
    if (gave_way && shutting_down_ && !activity.cancel_requested) {
      Remove(found);
      ended_(key.first, std::nullopt);
    } else if (outcome.kind == ActivityOutcome::Kind::kCompleted) {
      End(key, std::move(outcome.result));
    } else if (outcome.kind == ActivityOutcome::Kind::kAsync) {
      End(key, ToProto(ApplicationFailure("A local activity cannot complete asynchronously",
                                          {.type = "AsyncCompletion", .non_retryable = true})));
    } else {
      Failed(key, std::move(outcome.failure));
    }
  }
  FillSlots();
}

void LocalActivityWorker::Failed(const Key& key, ProtoFailure failure) {
  Activity& activity = open_.at(key);
  const auto backoff = NextLocalRetry(activity.request.retry_policy, activity.attempt, failure);
  if (!backoff || activity.cancel_requested) return End(key, std::move(failure));
  if (*backoff > activity.request.local_retry_threshold) return End(key, std::move(failure), backoff);
  activity.running = nullptr;
  activity.attempt_id = 0;
  activity.step =
      After(SaturatedAdd(context_->loop().Now(), *backoff), key, [](LocalActivityWorker& self, const Key& it) {
        ++self.open_.at(it).attempt;
        self.BeginAttempt(it);
      });
}

// Only what took too long itself is tried again.
void LocalActivityWorker::TimedOut(const Key& key, api::enums::v1::TimeoutType type) {
  Activity& activity = open_.at(key);
  if (type != api::enums::v1::TIMEOUT_TYPE_START_TO_CLOSE) return End(key, TimeoutOf(type));
  activity.running->Cancel();
  activity.step = 0;
  Failed(key, TimeoutOf(type));
}

void LocalActivityWorker::Cancel(const Key& key, bool abandon) {
  const auto found = open_.find(key);
  if (found == open_.end()) return;
  Activity& activity = found->second;
  if (abandon) {
    activity.running = nullptr;
    Remove(found);
    return;
  }
  activity.cancel_requested = true;
  if (activity.running != nullptr) return activity.running->Cancel();
  CancelWaiting(key);
}

void LocalActivityWorker::CancelWaiting(const Key& key) {
  open_.at(key).cancel_requested = true;
  context_->loop().Post([weak = weak_from_this(), key] {
    auto self = weak.lock();
    if (self == nullptr) return;
    const auto found = self->open_.find(key);
    if (found != self->open_.end() && found->second.cancel_requested) self->End(key, LocalActivityCancelled());
  });
}

TimerId LocalActivityWorker::After(TimePoint when, const Key& key,
                                   std::function<void(LocalActivityWorker&, const Key&)> then) {
  return context_->loop().PostAt(when, TimerKind::kHistory, [weak = weak_from_this(), key, then = std::move(then)] {
    auto self = weak.lock();
    if (self != nullptr && self->open_.contains(key)) then(*self, key);
  });
}

void LocalActivityWorker::End(const Key& key, std::variant<Payload, ProtoFailure> outcome,
                              std::optional<Duration> backoff) {
  const Activity activity = Remove(open_.find(key));
  LocalActivityEnd end;
  end.number = key.second;
  end.attempt = activity.attempt;
  end.outcome = std::move(outcome);
  end.backoff = backoff;
  end.original_schedule_time = activity.original_schedule_time;
  end.ran = context_->loop().Now() - activity.asked_at;
  ended_(key.first, std::move(end));
}

LocalActivityWorker::Activity LocalActivityWorker::Remove(Activities::iterator found) {
  Activity activity = std::move(found->second);
  open_.erase(found);
  context_->loop().Cancel(activity.schedule_to_close);
  context_->loop().Cancel(activity.step);
  if (activity.running != nullptr) activity.running->Cancel();
  return activity;
}

void LocalActivityWorker::Forget(const std::string& run_id) {
  for (auto at = open_.lower_bound({run_id, 0}); at != open_.end() && at->first.first == run_id;) Remove(at++);
}

void LocalActivityWorker::CancelForShutdown() {
  shutting_down_ = true;
  for (const auto& [key, activity] : open_) {
    if (activity.running != nullptr) activity.running->Cancel();
  }
}

void LocalActivityWorker::Abandon() {
  waiting_.clear();
  while (!open_.empty()) Remove(open_.begin());
}

}  // namespace temporal::internal
