// Run answers a task of the reference's result.
// EXPECT: Run does not have the signature of the reference
#include "prelude.h"

class Counting {
 public:
  explicit Counting(workflow::Context&) {}
  int Run(std::string text) { return static_cast<int>(text.size()); }
};

void Register(temporal::worker::Worker& worker) { worker.RegisterWorkflow<Counting>(kCounting); }
