// A free workflow function has the signature of its reference, after the context.
// EXPECT: the function does not have the signature of the reference
#include "prelude.h"

temporal::Task<int> Run(workflow::Context&, int number) { co_return number; }

void Register(temporal::worker::Worker& worker) { worker.RegisterWorkflow(kCounting, Run); }
