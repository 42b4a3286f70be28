// An activity takes the arguments of its reference.
// EXPECT: the activity does not take the reference's arguments
#include "prelude.h"

void Register(temporal::worker::Worker& worker) {
  worker.RegisterActivity(kCount, [](int number) { return number; });
}
