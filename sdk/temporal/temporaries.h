// Arguments of calls that stand in a co_await expression: which of them a compiler handles wrongly. Internal.
#ifndef TEMPORAL_TEMPORARIES_H_
#define TEMPORAL_TEMPORARIES_H_

#include <type_traits>

#include "temporal/payload.h"

namespace temporal::internal {

#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 15
// g++ 12 to 14 destroy a brace-initialised aggregate twice when it is a temporary in a co_await expression and has a
// non-trivial member. Such an argument must be a named variable there.
template <class Given>
inline constexpr bool kSafeTemporary =
    std::is_lvalue_reference_v<Given> || !std::is_aggregate_v<std::remove_cvref_t<Given>> ||
    std::is_trivially_destructible_v<std::remove_cvref_t<Given>>;
// So they do to a lambda that captures a non-trivial value; through std::function as well.
template <class F>
inline constexpr bool kSafeCallable =
    std::is_lvalue_reference_v<F> || std::is_trivially_destructible_v<std::remove_cvref_t<F>>;
#else
template <class Given>
inline constexpr bool kSafeTemporary = true;
template <class F>
inline constexpr bool kSafeCallable = true;
#endif

// EncodeArguments for a call that may stand in a co_await expression.
template <class... A, class... Given>
Payloads EncodeGiven(Given&&... given) {
  static_assert((kSafeTemporary<Given> && ...),
                "name this argument in a variable before the call: this compiler destroys it twice otherwise");
  return EncodeArguments<A...>(given...);
}

}  // namespace temporal::internal

#endif  // TEMPORAL_TEMPORARIES_H_
