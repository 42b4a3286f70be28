// Mocks of activities on GoogleMock, made from references:
//
//   EXPECT_CALL(env.MockActivity(kParse), Call("doc-1")).WillOnce(Return(Document{…}));
//
// An unexpected call fails the test, naming the activity, and fails the activity without retry, whatever the workflow
// does with the error. So does an expectation without an action, for void activities as well: end it with
// WillOnce(Return()). Retries call the mock again: one WillOnce for each attempt.
//
// Actions besides GoogleMock's own. They never move time themselves: what they say is played on the environment's
// clock, timeouts and cancellation racing it.
//
//   After(5min, Return(x))                 the result of the inner action, five minutes later
//   Throw(ApplicationFailure("declined"))  GoogleMock's: fails the attempt
//   Heartbeats(10s, {1, 2, 3}, then)       a heartbeat with each detail, 10 s apart, then the inner action; stops, and
//                                          reports so, when it learns that the activity is cancelled
//   TimesOut(TimeoutType::kStartToClose)   the attempt times out so
//   NeverReturns()                         no answer, no heartbeat
//
// The mock stands for local calls of the activity as well. There, heartbeats go nowhere, and whatever it waits for ends
// when the activity is cancelled or times out.
#ifndef TEMPORAL_TESTING_ACTIVITY_MOCK_H_
#define TEMPORAL_TESTING_ACTIVITY_MOCK_H_

#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "temporal/testing/workflow_environment.h"

namespace temporal::test {
namespace internal_mock {

// Thrown by the default action.
struct NoAction {};

// To the script of the mock call that runs on this thread. Throw std::logic_error outside of one.
void WaitInScript(Duration delay);
void HeartbeatInScript(Payloads details);
// Throw what ends the mock's call: the script says how the attempt ends.
[[noreturn]] void EndScriptNever();
[[noreturn]] void EndScriptTimedOut(TimeoutType type);

// Makes a mock the activity of a worker. `call` decodes the arguments, calls it and encodes the result. Scripts are
// played by way of `client`.
void InstallMock(const client::Client& client, worker::Worker& worker, std::string name,
                 std::function<Payload(const Payloads&)> call);

template <class Inner>
class AfterAction {
 public:
  AfterAction(Duration delay, Inner inner) : delay_(delay), inner_(std::move(inner)) {}
  template <class R, class... A>
  operator ::testing::Action<R(A...)>() const {
    const ::testing::Action<R(A...)> inner(inner_);
    return [delay = delay_, inner](A... arguments) -> R {
      WaitInScript(delay);
      return inner.Perform(std::forward_as_tuple(std::forward<A>(arguments)...));
    };
  }

 private:
  Duration delay_;
  Inner inner_;
};

template <class Inner>
class HeartbeatsAction {
 public:
  HeartbeatsAction(Duration every, Payloads details, Inner inner)
      : every_(every), details_(std::move(details)), inner_(std::move(inner)) {}
  template <class R, class... A>
  operator ::testing::Action<R(A...)>() const {
    const ::testing::Action<R(A...)> inner(inner_);
    return [every = every_, details = details_, inner](A... arguments) -> R {
      for (const Payload& detail : details) {
        WaitInScript(every);
        HeartbeatInScript({detail});
      }
      return inner.Perform(std::forward_as_tuple(std::forward<A>(arguments)...));
    };
  }

 private:
  Duration every_;
  Payloads details_;
  Inner inner_;
};

class TimesOutAction {
 public:
  explicit TimesOutAction(TimeoutType type) : type_(type) {}
  template <class R, class... A>
  operator ::testing::Action<R(A...)>() const {
    return [type = type_](A...) -> R { EndScriptTimedOut(type); };
  }

 private:
  TimeoutType type_;
};

class NeverReturnsAction {
 public:
  template <class R, class... A>
  operator ::testing::Action<R(A...)>() const {
    return [](A...) -> R { EndScriptNever(); };
  }
};

template <class R, class... A>
std::shared_ptr<void> MakeMock(const client::Client& client, worker::Worker& worker, std::string_view name) {
  using Mock = ::testing::StrictMock<::testing::MockFunction<R(A...)>>;
  auto mock = std::make_shared<Mock>();
  ON_CALL(*mock, Call).WillByDefault([](A...) -> R { throw NoAction(); });
  InstallMock(client, worker, std::string(name), [raw = mock.get()](const Payloads& input) -> Payload {
    auto arguments = internal::DecodeArguments<A...>(input);
    auto call = [raw](auto&... a) -> R { return raw->Call(std::move(a)...); };
    if constexpr (std::is_void_v<R>) {
      std::apply(call, arguments);
      return internal::EncodeNull();
    } else {
      return ToPayload<R>(std::apply(call, arguments));
    }
  });
  return mock;
}

template <class Signature>
struct MockMaker;
template <class R, class... A>
struct MockMaker<R(A...)> {
  static std::shared_ptr<void> Make(const client::Client& client, worker::Worker& worker, std::string_view name) {
    return MakeMock<R, A...>(client, worker, name);
  }
};

}  // namespace internal_mock

using ::testing::Throw;

template <class Inner>
auto After(Duration delay, Inner inner) {
  return internal_mock::AfterAction<Inner>(delay, std::move(inner));
}

template <class Detail, class Inner>
auto Heartbeats(Duration every, const std::vector<Detail>& details, Inner inner) {
  Payloads payloads;
  for (const Detail& detail : details) payloads.push_back(ToPayload<Detail>(detail));
  return internal_mock::HeartbeatsAction<Inner>(every, std::move(payloads), std::move(inner));
}
template <class Detail, class Inner>
auto Heartbeats(Duration every, std::initializer_list<Detail> details, Inner inner) {
  return Heartbeats(every, std::vector<Detail>(details), std::move(inner));
}

// The type must be StartToClose, ScheduleToClose or Heartbeat, and the activity must have such a timeout; else the test
// fails. Heartbeats are sent as needed, so that no heartbeat timeout comes before another one.
inline auto TimesOut(TimeoutType type) { return internal_mock::TimesOutAction(type); }

inline auto NeverReturns() { return internal_mock::NeverReturnsAction(); }

template <class R, class... A>
::testing::MockFunction<R(A...)>& WorkflowEnvironment::MockActivity(const ActivityRef<R(A...)>& activity) {
  return MockActivity(activity, default_worker());
}

template <class R, class... A>
::testing::MockFunction<R(A...)>& WorkflowEnvironment::MockActivity(const ActivityRef<R(A...)>& activity,
                                                                    worker::Worker& worker) {
  const auto mock = FindOrMakeMock(worker, activity.name(), typeid(R(A...)), [&](const client::Client& client) {
    return internal_mock::MakeMock<R, A...>(client, worker, activity.name());
  });
  return *static_cast<::testing::StrictMock<::testing::MockFunction<R(A...)>>*>(mock.get());
}

template <class Signature>
::testing::MockFunction<Signature>& WorkflowEnvironment::MockActivity(std::string_view activity) {
  worker::Worker& worker = default_worker();
  const auto mock = FindOrMakeMock(worker, activity, typeid(Signature), [&](const client::Client& client) {
    return internal_mock::MockMaker<Signature>::Make(client, worker, activity);
  });
  return *static_cast<::testing::StrictMock<::testing::MockFunction<Signature>>*>(mock.get());
}

}  // namespace temporal::test

#endif  // TEMPORAL_TESTING_ACTIVITY_MOCK_H_
