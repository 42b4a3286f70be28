// Names and descriptions of failures.
#include "temporal/failure.h"

#include <array>

#include "temporal/future.h"

namespace temporal {
namespace {

template <std::size_t N>
std::string_view NameIn(const std::array<std::string_view, N>& names, int value) {
  return value >= 0 && value < static_cast<int>(N) ? names[static_cast<std::size_t>(value)] : "Unknown";
}

}  // namespace

std::string_view ToString(RetryState state) {
  static constexpr std::array<std::string_view, 8> kNames = {
      "Unspecified",       "InProgress",          "NonRetryableFailure", "Timeout", "MaximumAttemptsReached",
      "RetryPolicyNotSet", "InternalServerError", "CancelRequested"};
  return NameIn(kNames, static_cast<int>(state));
}

std::string_view ToString(TimeoutType type) {
  static constexpr std::array<std::string_view, 5> kNames = {"Unspecified", "StartToClose", "ScheduleToStart",
                                                             "ScheduleToClose", "Heartbeat"};
  return NameIn(kNames, static_cast<int>(type));
}

std::string Failure::Describe() const {
  std::string text;
  for (const Failure* failure = this; failure != nullptr; failure = failure->cause_.get()) {
    if (failure != this) text += "; caused by ";
    text += failure->kind();
    const std::string qualifier = failure->Qualifier();
    if (!qualifier.empty()) text += " (" + qualifier + ")";
    text += ": " + failure->message_;
  }
  return text;
}

namespace internal {

std::shared_ptr<const Failure> FailureOf(const std::exception_ptr& error) {
  if (!error) return nullptr;
  try {
    std::rethrow_exception(error);
  } catch (const Failure& failure) {
    // The exception object lives as long as a pointer to it: share that.
    return std::shared_ptr<const Failure>(std::make_shared<std::exception_ptr>(error), &failure);
  } catch (...) {
    return nullptr;
  }
}

}  // namespace internal
}  // namespace temporal
