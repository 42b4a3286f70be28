// A signal sent through a handle is checked against its reference.
// EXPECT: (no matching|no known conversion|cannot convert|could not convert|invalid conversion)
#include "prelude.h"

void Send(const temporal::client::WorkflowHandle<int>& handle) { handle.Signal(kApprove, 42); }
