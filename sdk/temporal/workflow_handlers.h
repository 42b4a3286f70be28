// Handlers of signals, queries and updates, and what runs typed code on payloads: types erased for the engine.
// Internal.
#ifndef TEMPORAL_WORKFLOW_HANDLERS_H_
#define TEMPORAL_WORKFLOW_HANDLERS_H_

#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "temporal/payload.h"
#include "temporal/task.h"
#include "temporal/workflow_info.h"
#include "temporal/workflow_runtime.h"

namespace temporal::internal {

template <class T>
inline constexpr bool kIsTask = false;
template <class T>
inline constexpr bool kIsTask<Task<T>> = true;

// A coroutine's frame holds its arguments; g++ warns falsely when their types come from an unnamed namespace, where
// test code has its own.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsubobject-linkage"
#endif

// Decodes the arguments, calls `run`, which returns an R or a task of one, and encodes the result. What has no co_
// keyword is called in here as well, so that its throw is like any other's.
template <class R, class... A, class F>
Task<Payload> RunTyped(F run, Payloads input) {
  auto arguments = DecodeArguments<A...>(input);
  if constexpr (kIsTask<decltype(std::apply(run, std::move(arguments)))>) {
    Task<R> task = std::apply(run, std::move(arguments));
    if constexpr (std::is_void_v<R>) {
      co_await std::move(task);
      co_return EncodeNull();
    } else {
      R result = co_await std::move(task);
      co_return ToPayload<R>(result);
    }
  } else if constexpr (std::is_void_v<R>) {
    std::apply(run, std::move(arguments));
    co_return EncodeNull();
  } else {
    R result = std::apply(run, std::move(arguments));
    co_return ToPayload<R>(result);
  }
}

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

// Throws a ConversionError that names the signal.
template <class... A>
auto DecodeSignal(std::string_view name, const Payloads& input) {
  try {
    return DecodeArguments<A...>(input);
  } catch (const ConversionError& error) {
    std::rethrow_exception(ErrorAbout("signal " + std::string(name), error));
  }
}

template <class F, class... A>
class TypedSignalHandler final : public SignalHandler {
 public:
  explicit TypedSignalHandler(F handler) : handler_(std::move(handler)) {}
  Task<void> Handle(std::string_view name, Payloads input) override {
    auto arguments = DecodeSignal<A...>(name, input);
    if constexpr (kIsTask<std::invoke_result_t<F&, A...>>) {
      auto task = std::apply(handler_, std::move(arguments));
      co_await std::move(task);
    } else {
      std::apply(handler_, std::move(arguments));
      co_return;
    }
  }

 private:
  F handler_;
};

template <class F, class R, class... A>
class TypedQueryHandler final : public QueryHandler {
 public:
  explicit TypedQueryHandler(F handler) : handler_(std::move(handler)) {}
  Payload Answer(std::string_view, const Payloads& input) override {
    return ToPayload<R>(std::apply(handler_, DecodeArguments<A...>(input)));
  }

 private:
  F handler_;
};

template <class F>
class DynamicSignalHandler final : public SignalHandler {
 public:
  explicit DynamicSignalHandler(F handler) : handler_(std::move(handler)) {}
  Task<void> Handle(std::string_view name, Payloads input) override {
    if constexpr (kIsTask<std::invoke_result_t<F&, std::string, Payloads>>) {
      auto task = handler_(std::string(name), std::move(input));
      co_await std::move(task);
    } else {
      handler_(std::string(name), std::move(input));
      co_return;
    }
  }

 private:
  F handler_;
};

template <class F>
class DynamicQueryHandler final : public QueryHandler {
 public:
  explicit DynamicQueryHandler(F handler) : handler_(std::move(handler)) {}
  Payload Answer(std::string_view name, const Payloads& input) override {
    return ToPayload(handler_(std::string(name), input));
  }

 private:
  F handler_;
};

// The validator of updates that are always accepted.
struct AcceptAll {
  template <class... A>
  void operator()(const A&...) const {}
};

// Handlers and validators of updates may ask, before their arguments, which update it is.
template <class F, class... A>
inline constexpr bool kAsksForUpdate = std::is_invocable_v<F&, const workflow::UpdateInfo&, A...>;

template <bool kAsks, class F, class... A>
struct UpdateResult : std::invoke_result<F&, A...> {};
template <class F, class... A>
struct UpdateResult<true, F, A...> : std::invoke_result<F&, const workflow::UpdateInfo&, A...> {};
template <class F, class... A>
using UpdateResultOf = typename UpdateResult<kAsksForUpdate<F, A...>, F, A...>::type;

template <class T>
struct WithoutTask {
  using type = T;
};
template <class T>
struct WithoutTask<Task<T>> {
  using type = T;
};

template <class F, class... A>
UpdateResultOf<F, A...> CallForUpdate(F& function, const workflow::UpdateInfo& update, A... arguments) {
  if constexpr (kAsksForUpdate<F, A...>)
    return function(update, std::move(arguments)...);
  else
    return function(std::move(arguments)...);
}

template <class F, class V, class R, class... A>
class TypedUpdateHandler final : public UpdateHandler {
 public:
  TypedUpdateHandler(F handler, V validator) : handler_(std::move(handler)), validator_(std::move(validator)) {}
  void Validate(const workflow::UpdateInfo& update, const Payloads& input) override {
    auto validate = [&](std::decay_t<A>... arguments) {
      CallForUpdate<V, std::decay_t<A>...>(validator_, update, std::move(arguments)...);
    };
    std::apply(validate, DecodeArguments<A...>(input));
  }
  Task<Payload> Handle(const workflow::UpdateInfo& update, Payloads input) override {
    auto run = [this, &update](std::decay_t<A>... arguments) {
      return CallForUpdate<F, std::decay_t<A>...>(handler_, update, std::move(arguments)...);
    };
    return RunTyped<R, A...>(run, std::move(input));
  }

 private:
  F handler_;
  V validator_;
};

template <class F, class V>
class DynamicUpdateHandler final : public UpdateHandler {
 public:
  DynamicUpdateHandler(F handler, V validator) : handler_(std::move(handler)), validator_(std::move(validator)) {}
  void Validate(const workflow::UpdateInfo& update, const Payloads& input) override {
    CallForUpdate<V, std::string, Payloads>(validator_, update, update.name, input);
  }
  Task<Payload> Handle(const workflow::UpdateInfo& update, Payloads input) override {
    using Result = UpdateResultOf<F, std::string, Payloads>;
    auto run = [this, &update, input = std::move(input)] {
      return CallForUpdate<F, std::string, Payloads>(handler_, update, update.name, input);
    };
    return RunTyped<typename WithoutTask<Result>::type>(std::move(run), Payloads());
  }

 private:
  F handler_;
  V validator_;
};

}  // namespace temporal::internal

#endif  // TEMPORAL_WORKFLOW_HANDLERS_H_
