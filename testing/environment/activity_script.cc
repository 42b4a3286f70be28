// Plays the script of one attempt: waits on the loop's clock, heartbeats and the answer through the service.
#include "testing/environment/activity_script.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sdk/base/proto_time.h"
#include "sdk/converter/message_codec.h"
#include "sdk/converter/payload_converter.h"
#include "sdk/transport/rpcs.h"

namespace temporal::test {
namespace {

using internal::Host;
namespace rpc = internal::rpc;

// Lives as long as the timers and calls that hold it.
class Player : public std::enable_shared_from_this<Player> {
 public:
  Player(internal::ClientCore& core, const activity::Info& info, ActivityScript script)
      : host_(core.host()),
        converter_(core.data_converter()),
        identity_(core.identity()),
        info_(info),
        script_(std::move(script)) {}

  void Next() {
    if (at_ == script_.steps.size()) return End();
    const ActivityScript::Step& step = script_.steps[at_++];
    if (const auto* wait = std::get_if<ActivityScript::Wait>(&step)) {
      After(wait->delay, [](Player& self) { self.Next(); });
    } else {
      Heartbeat(std::get<ActivityScript::Heartbeat>(step).details, [](Player& self, bool cancelled) {
        if (cancelled) return self.ReportCancelled();
        self.Next();
      });
    }
  }

 private:
  template <class F>
  void After(Duration delay, F next) {
    host_.loop().PostAt(internal::SaturatedAdd(host_.loop().Now(), delay), internal::TimerKind::kHistory,
                        [self = shared_from_this(), next] { next(*self); });
  }

  // `next` is called with whether cancellation is requested; never, if the attempt is over.
  template <class F>
  void Heartbeat(const Payloads& details, F next) {
    auto request = NewRequest<rpc::RecordActivityTaskHeartbeat>();
    *request.mutable_details() = internal::ToProto(details);
    internal::EncodeMessage(converter_, info_.serialization_context(), request);
    internal::Invoke<rpc::RecordActivityTaskHeartbeat>(host_.service(), request, {},
                                                       [self = shared_from_this(), next](auto response) {
                                                         if (response.ok())
                                                           next(*self, (*response)->cancel_requested());
                                                       });
  }

  template <class Rpc>
  typename Rpc::Request NewRequest() const {
    typename Rpc::Request request;
    request.set_namespace_(info_.namespace_);
    request.set_identity(identity_);
    request.set_task_token(info_.task_token);
    return request;
  }

  // The attempt may be over: the server then says so, and nobody is interested.
  template <class Rpc>
  void Send(typename Rpc::Request request) {
    internal::EncodeMessage(converter_, info_.serialization_context(), request);
    internal::Invoke<Rpc>(host_.service(), request, {}, [](auto) {});
  }

  void ReportCancelled() { Send<rpc::RespondActivityTaskCanceled>(NewRequest<rpc::RespondActivityTaskCanceled>()); }

  void End() {
    if (const auto* result = std::get_if<Payload>(&script_.end)) {
      auto request = NewRequest<rpc::RespondActivityTaskCompleted>();
      *request.mutable_result()->add_payloads() = internal::ToProto(*result);
      Send<rpc::RespondActivityTaskCompleted>(std::move(request));
    } else if (const auto* failure = std::get_if<api::failure::v1::Failure>(&script_.end)) {
      auto request = NewRequest<rpc::RespondActivityTaskFailed>();
      *request.mutable_failure() = *failure;
      Send<rpc::RespondActivityTaskFailed>(std::move(request));
    } else if (const auto* timeout = std::get_if<ActivityScript::TimesOut>(&script_.end)) {
      if (timeout->type != TimeoutType::kHeartbeat && info_.heartbeat_timeout > Duration::zero()) KeepAlive();
    }
  }

  // Heartbeats until the server ends the attempt.
  void KeepAlive() {
    After(info_.heartbeat_timeout / 2,
          [](Player& self) { self.Heartbeat({}, [](Player& alive, bool) { alive.KeepAlive(); }); });
  }

  Host& host_;
  const DataConverter converter_;
  const std::string identity_;
  const activity::Info info_;
  const ActivityScript script_;
  std::size_t at_ = 0;
};

}  // namespace

void PlayScript(internal::ClientCore& core, const activity::Info& info, ActivityScript script) {
  const auto player = std::make_shared<Player>(core, info, std::move(script));
  core.host().OnLoop([&] { player->Next(); });
}

std::string WhyCannotTimeOut(const activity::Info& info, TimeoutType type) {
  const auto deadline = [](TimePoint from, Duration timeout) {
    return timeout > Duration::zero() ? internal::SaturatedAdd(from, timeout) : TimePoint::max();
  };
  const TimePoint start_to_close = deadline(info.started_time, info.start_to_close_timeout);
  const TimePoint schedule_to_close = deadline(info.scheduled_time, info.schedule_to_close_timeout);
  const TimePoint heartbeat = deadline(info.started_time, info.heartbeat_timeout);
  const std::string name(ToString(type));
  TimePoint wanted = TimePoint::max();
  switch (type) {
    case TimeoutType::kStartToClose:
      wanted = start_to_close;
      break;
    case TimeoutType::kScheduleToClose:
      wanted = schedule_to_close;
      break;
    case TimeoutType::kHeartbeat:
      wanted = heartbeat;
      break;
    default:
      return absl::StrCat("an attempt that has started cannot time out by ", name);
  }
  if (wanted == TimePoint::max()) return absl::StrCat("it has no ", name, " timeout");
  if (wanted > std::min(start_to_close, schedule_to_close)) {
    return absl::StrCat("another timeout comes before its ", name, " timeout");
  }
  return "";
}

}  // namespace temporal::test
