// A query answers the result of its reference.
// EXPECT: (conversion from|no viable conversion|cannot convert)
#include "prelude.h"

int Ask(const temporal::client::WorkflowHandle<int>& handle) {
  const int status = handle.Query(kStatus);
  return status;
}
