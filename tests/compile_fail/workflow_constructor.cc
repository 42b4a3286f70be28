// A workflow class is constructed from its context.
// EXPECT: a workflow class is constructed from workflow::Context
#include "prelude.h"

class Counting {
 public:
  temporal::Task<int> Run(std::string text) { co_return static_cast<int>(text.size()); }
};

void Register(temporal::worker::Worker& worker) { worker.RegisterWorkflow<Counting>(kCounting); }
