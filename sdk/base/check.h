// TEMPORAL_CHECK: an invariant of our own code. A failed one is a bug here, never a caller's mistake: it prints the
// condition, where it stands and the streamed values, and aborts. Works in any thread.
//
//   TEMPORAL_CHECK(id == next) << "id " << id << ", next " << next;
#ifndef TEMPORAL_SDK_BASE_CHECK_H_
#define TEMPORAL_SDK_BASE_CHECK_H_

#include <cstdlib>
#include <iostream>
#include <sstream>

namespace temporal::internal {

// Collects what is streamed and aborts at the end of the full expression.
class CheckFailure {
 public:
  CheckFailure(const char* file, int line, const char* condition) {
    text_ << file << ":" << line << ": check failed: " << condition << " ";
  }
  CheckFailure(const CheckFailure&) = delete;
  CheckFailure& operator=(const CheckFailure&) = delete;
  [[noreturn]] ~CheckFailure() {
    std::cerr << text_.str() << std::endl;
    std::abort();
  }

  template <class T>
  CheckFailure& operator<<(const T& value) {
    text_ << value;
    return *this;
  }

 private:
  std::ostringstream text_;
};

// Makes both arms of the conditional in TEMPORAL_CHECK void; binds looser than <<.
struct CheckVoid {
  void operator&(const CheckFailure&) const {}
};

}  // namespace temporal::internal

#define TEMPORAL_CHECK(condition)  \
  (condition) ? static_cast<void>(0) \
              : ::temporal::internal::CheckVoid() & ::temporal::internal::CheckFailure(__FILE__, __LINE__, #condition)

#endif  // TEMPORAL_SDK_BASE_CHECK_H_
