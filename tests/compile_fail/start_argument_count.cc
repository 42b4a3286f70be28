// A start without its argument.
// EXPECT: (no matching|too few|requires .* arguments)
#include "prelude.h"

void Start(temporal::client::Client& client) { client.StartWorkflow(kCounting, {.id = "count"}); }
