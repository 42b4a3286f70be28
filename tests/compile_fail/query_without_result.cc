// A query's reference has a result.
// EXPECT: a query returns a value
#include "prelude.h"

inline constexpr temporal::QueryRef<void()> kWrong{"wrong"};
