// Runs one call of a mock, and turns what it did into what an activity does.
#include "temporal/testing/activity_mock.h"

#include <optional>
#include <stdexcept>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "sdk/converter/failure_converter.h"
#include "sdk/worker/worker_core.h"
#include "testing/environment/activity_script.h"

namespace temporal::test::internal_mock {
namespace {

thread_local ActivityScript* current_script = nullptr;

ActivityScript& CurrentScript() {
  if (current_script == nullptr) throw std::logic_error("this action is for mocks of activities only");
  return *current_script;
}

// Thrown by an action whose script says how the attempt ends.
struct ScriptEnds {};

class ScriptScope {
 public:
  explicit ScriptScope(ActivityScript& script) : outer_(std::exchange(current_script, &script)) {}
  ~ScriptScope() { current_script = outer_; }
  ScriptScope(const ScriptScope&) = delete;
  ScriptScope& operator=(const ScriptScope&) = delete;

 private:
  ActivityScript* outer_;
};

std::string DescribeCall(const std::string& name, const Payloads& input) {
  std::string text = absl::StrCat(name, "(");
  for (std::size_t i = 0; i < input.size(); ++i) absl::StrAppend(&text, i == 0 ? "" : ", ", input[i].data);
  return absl::StrCat(text, ")");
}

[[noreturn]] void FailTest(const std::string& text) {
  ADD_FAILURE() << text;
  throw ApplicationFailure(text, {.type = "UnexpectedMockCall", .non_retryable = true});
}

void CheckCanTimeOut(const ActivityScript& script, const activity::Info& info, const std::string& call) {
  const auto* timeout = std::get_if<ActivityScript::TimesOut>(&script.end);
  if (timeout == nullptr) return;
  const std::string why_not = WhyCannotTimeOut(info, timeout->type);
  if (!why_not.empty()) FailTest(absl::StrCat("activity ", call, " cannot time out as its mock says: ", why_not));
}

// A local activity has no server that could end it: its script is played by its own code, which is told of its
// cancellation while it waits.
Payload PlayHere(activity::Context& context, const ActivityScript& script) {
  for (const ActivityScript::Step& step : script.steps) {
    if (const auto* wait = std::get_if<ActivityScript::Wait>(&step)) context.WaitCancelled(wait->delay);
    context.ThrowIfCancelled();
  }
  if (const auto* result = std::get_if<Payload>(&script.end)) return *result;
  if (const auto* failure = std::get_if<api::failure::v1::Failure>(&script.end)) {
    std::rethrow_exception(internal::ToException(*internal::FromProto(*failure)));
  }
  while (!context.IsCancelled()) context.WaitCancelled(Duration::max());
  throw CanceledFailure("activity cancelled");
}

Payload RunMock(internal::ClientCore& core, const std::string& name, activity::Context& context, const Payloads& input,
                const std::function<Payload(const Payloads&)>& call) {
  ActivityScript script;
  bool outcome = true;
  std::optional<Payload> result;
  std::exception_ptr error;
  {
    const ScriptScope scope(script);
    try {
      result = call(input);
    } catch (const NoAction&) {
      FailTest(absl::StrCat("activity ", DescribeCall(name, input),
                            ": its mock does not expect this call, or the expectation has no action (WillOnce, "
                            "WillRepeatedly)"));
    } catch (const ScriptEnds&) {
      outcome = false;
    } catch (...) {
      error = std::current_exception();
    }
  }
  if (outcome && script.steps.empty()) {
    if (error) std::rethrow_exception(error);
    return *std::move(result);
  }
  if (error) script.end = internal::ExceptionToProto(error);
  if (result) script.end = *std::move(result);
  CheckCanTimeOut(script, context.Info(), DescribeCall(name, input));
  if (context.Info().is_local) return PlayHere(context, script);
  PlayScript(core, context.Info(), std::move(script));
  throw internal::CompleteAsyncRequest();
}

}  // namespace

void WaitInScript(Duration delay) { CurrentScript().steps.push_back(ActivityScript::Wait{delay}); }

void HeartbeatInScript(Payloads details) {
  CurrentScript().steps.push_back(ActivityScript::Heartbeat{std::move(details)});
}

void EndScriptNever() {
  CurrentScript().end = ActivityScript::Never{};
  throw ScriptEnds();
}

void EndScriptTimedOut(TimeoutType type) {
  CurrentScript().end = ActivityScript::TimesOut{type};
  throw ScriptEnds();
}

void InstallMock(const client::Client& client, worker::Worker& worker, std::string name,
                 std::function<Payload(const Payloads&)> call) {
  internal::ActivityDefinition definition;
  definition.type = name;
  definition.run = [core = client.core().get(), name = std::move(name), call = std::move(call)](
                       activity::Context* context, const Payloads& input) {
    return RunMock(*core, name, *context, input, call);
  };
  definition.waits_if_local = true;
  worker.core().Override(std::move(definition));
}

}  // namespace temporal::test::internal_mock
