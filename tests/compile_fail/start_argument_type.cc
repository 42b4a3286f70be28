// A start is checked against the workflow's reference.
// EXPECT: (no matching|no known conversion|cannot convert|could not convert|invalid conversion)
#include "prelude.h"

void Start(temporal::client::Client& client) { client.StartWorkflow(kCounting, {.id = "count"}, 42); }
