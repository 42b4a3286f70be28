// Sends a call through a chain of interceptors and then to what it is meant for.
#ifndef TEMPORAL_SDK_BASE_INTERCEPT_H_
#define TEMPORAL_SDK_BASE_INTERCEPT_H_

#include <cstddef>
#include <utility>

namespace temporal::internal {

// `all` outlives the call, and `last` is copied. `member` is the interceptors' function that takes (leading…, Call,
// next).
template <class Result, class Interceptors, class Member, class Call, class Last, class... Leading>
Result Intercept(const Interceptors& all, std::size_t at, Member member, Call call, const Last& last,
                 Leading&... leading) {
  if (at == all.size()) return last(std::move(call));
  return ((*all[at]).*member)(leading..., std::move(call), [&all, at, member, last, &leading...](Call next) {
    return Intercept<Result>(all, at + 1, member, std::move(next), last, leading...);
  });
}

}  // namespace temporal::internal

#endif  // TEMPORAL_SDK_BASE_INTERCEPT_H_
