// Run has the signature of the reference under which the class is registered.
// EXPECT: Run does not have the signature of the reference
#include "prelude.h"

class Counting {
 public:
  explicit Counting(workflow::Context&) {}
  temporal::Task<int> Run(int number) { co_return number; }
};

void Register(temporal::worker::Worker& worker) { worker.RegisterWorkflow<Counting>(kCounting); }
