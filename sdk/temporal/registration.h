// Workflow and activity types with their types erased: what RegisterWorkflow and RegisterActivity of a worker, a test
// environment and a replayer make. Internal.
#ifndef TEMPORAL_REGISTRATION_H_
#define TEMPORAL_REGISTRATION_H_

#include <functional>
#include <memory>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

#include "temporal/activity.h"
#include "temporal/errors.h"
#include "temporal/options.h"
#include "temporal/payload.h"
#include "temporal/refs.h"
#include "temporal/task.h"
#include "temporal/workflow.h"
#include "temporal/workflow_handlers.h"

namespace temporal::internal {

// One run's user object.
class WorkflowObject {
 public:
  virtual ~WorkflowObject() = default;
  // Called once. The result is one payload; null for void.
  virtual Task<Payload> Run(Payloads input) = 0;
};

struct WorkflowDefinition {
  std::string type;  // empty: stands for all types that are not registered
  // Constructs the user's object, which registers its handlers; may throw what the user's constructor throws.
  std::function<std::unique_ptr<WorkflowObject>(workflow::Context&, const Payloads& input)> create;
  RegisterWorkflowOptions options{};
};

struct ActivityDefinition {
  std::string type;            // empty: stands for all types that are not registered
  bool takes_context = false;  // may wait, heartbeat, be in flight; otherwise it runs as one step
  // `context` is never null in a worker, but only one that takes_context may wait by it. Throws what fails the attempt,
  // or CompleteAsyncRequest.
  std::function<Payload(activity::Context* context, const Payloads& input)> run;
  bool waits_if_local = false;  // may wait as a local activity, though it runs as one step otherwise: a mock
};

template <class T, class R, class... A>
class ClassWorkflow final : public WorkflowObject {
 public:
  template <class... Init>
  explicit ClassWorkflow(Init&&... init) : object_(std::forward<Init>(init)...) {}
  Task<Payload> Run(Payloads input) override {
    auto run = [this](A&&... arguments) { return object_.Run(std::move(arguments)...); };
    return RunTyped<R, A...>(run, std::move(input));
  }

 private:
  T object_;
};

template <class F, class R, class... A>
class FunctionWorkflow final : public WorkflowObject {
 public:
  FunctionWorkflow(F function, workflow::Context& ctx) : function_(function), ctx_(ctx) {}
  Task<Payload> Run(Payloads input) override {
    auto run = [this](A&&... arguments) { return function_(ctx_, std::move(arguments)...); };
    return RunTyped<R, A...>(run, std::move(input));
  }

 private:
  F function_;
  workflow::Context& ctx_;
};

template <class T, class R, class... A>
WorkflowDefinition MakeWorkflow(const WorkflowRef<R(A...)>& ref, const RegisterWorkflowOptions& options = {}) {
  static_assert(std::is_constructible_v<T, workflow::Context&> || std::is_constructible_v<T, workflow::Context&, A...>,
                "a workflow class is constructed from workflow::Context&, or from it and Run's arguments");
  static_assert(
      requires(T& object, std::decay_t<A>... arguments) {
        { object.Run(std::move(arguments)...) } -> std::same_as<Task<R>>;
      }, "Run does not have the signature of the reference: temporal::Task<R> Run(A…)");
  using Object = ClassWorkflow<T, R, std::decay_t<A>...>;
  return {std::string(ref.name()),
          [](workflow::Context& ctx, const Payloads& input) -> std::unique_ptr<WorkflowObject> {
            if constexpr (sizeof...(A) > 0 && std::is_constructible_v<T, workflow::Context&, A...>) {
              auto arguments = DecodeArguments<A...>(input);
              return std::apply([&](auto&... a) { return std::make_unique<Object>(ctx, std::move(a)...); }, arguments);
            } else {
              (void)input;
              return std::make_unique<Object>(ctx);
            }
          },
          options};
}

template <class R, class... A, class F>
WorkflowDefinition MakeWorkflowFunction(const WorkflowRef<R(A...)>& ref, F function,
                                        const RegisterWorkflowOptions& options = {}) {
  static_assert(std::is_invocable_r_v<Task<R>, F&, workflow::Context&, std::decay_t<A>...>,
                "the function does not have the signature of the reference: Task<R>(workflow::Context&, A…)");
  return {std::string(ref.name()),
          [function](workflow::Context& ctx, const Payloads&) -> std::unique_ptr<WorkflowObject> {
            return std::make_unique<FunctionWorkflow<F, R, std::decay_t<A>...>>(function, ctx);
          },
          options};
}

template <class F>
class DynamicWorkflow final : public WorkflowObject {
 public:
  DynamicWorkflow(F function, workflow::Context& ctx) : function_(function), ctx_(ctx) {}
  Task<Payload> Run(Payloads input) override {
    auto task = function_(ctx_, std::move(input));
    Payload result = co_await std::move(task);
    co_return result;
  }

 private:
  F function_;
  workflow::Context& ctx_;
};

template <class F>
WorkflowDefinition MakeDynamicWorkflow(F function) {
  static_assert(std::is_invocable_r_v<Task<Payload>, F&, workflow::Context&, Payloads>,
                "a dynamic workflow is a Task<Payload>(workflow::Context&, Payloads)");
  return {"",
          [function](workflow::Context& ctx, const Payloads&) -> std::unique_ptr<WorkflowObject> {
            return std::make_unique<DynamicWorkflow<F>>(function, ctx);
          },
          {}};
}

template <class F>
ActivityDefinition MakeDynamicActivity(F function) {
  static_assert(std::is_invocable_r_v<Payload, F&, activity::Context&, Payloads>,
                "a dynamic activity is a Payload(activity::Context&, Payloads)");
  return {"", true, [function = std::move(function)](activity::Context* ctx, const Payloads& input) mutable -> Payload {
            return function(*ctx, input);
          }};
}

// absl::StatusOr's and absl::Status's shapes, recognised without including them.
template <class S>
concept StatusLike = requires(const S& s) {
  { s.ok() } -> std::convertible_to<bool>;
  s.code();
  s.message();
};
template <class S>
concept StatusOrLike = requires(const S& s) {
  { s.ok() } -> std::convertible_to<bool>;
  { s.status() } -> StatusLike;
  *s;
};

template <class S>
void ThrowIfNotOk(const S& status) {
  if (status.ok()) return;
  const std::string_view code = ToString(static_cast<StatusCode>(static_cast<int>(status.code())));
  throw ApplicationFailure(std::string(status.message()), {.type = code});
}

template <class R, class Given>
Payload EncodeActivityResult(Given&& given) {
  using G = std::remove_cvref_t<Given>;
  if constexpr (StatusOrLike<G> && !std::is_same_v<G, R>) {
    ThrowIfNotOk(given.status());
    return ToPayload<R>(R(*std::forward<Given>(given)));
  } else {
    return ToPayload<R>(R(std::forward<Given>(given)));
  }
}

template <class R, class... A, class F>
ActivityDefinition MakeActivity(const ActivityRef<R(A...)>& ref, F function) {
  constexpr bool with_context = std::is_invocable_v<F&, activity::Context&, std::decay_t<A>...>;
  static_assert(with_context || std::is_invocable_v<F&, std::decay_t<A>...>,
                "the activity does not take the reference's arguments, with or without activity::Context& first");
  return {std::string(ref.name()), with_context,
          [function = std::move(function)](activity::Context* ctx, const Payloads& input) mutable -> Payload {
            auto arguments = DecodeArguments<A...>(input);
            auto call = [&](auto&... a) -> decltype(auto) {
              if constexpr (with_context)
                return function(*ctx, std::move(a)...);
              else
                return (void)ctx, function(std::move(a)...);
            };
            using Result = decltype(std::apply(call, arguments));
            if constexpr (std::is_void_v<R>) {
              if constexpr (StatusLike<std::remove_cvref_t<Result>>)
                ThrowIfNotOk(std::apply(call, arguments));
              else
                std::apply(call, arguments);
              return EncodeNull();
            } else {
              return EncodeActivityResult<R>(std::apply(call, arguments));
            }
          }};
}

}  // namespace temporal::internal

#endif  // TEMPORAL_REGISTRATION_H_
