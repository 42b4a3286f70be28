// A signal's reference has no result.
// EXPECT: a signal returns nothing
#include "prelude.h"

inline constexpr temporal::SignalRef<int(std::string)> kWrong{"wrong"};
