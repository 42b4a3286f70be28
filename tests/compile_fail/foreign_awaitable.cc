// Workflow code may await nothing but what a context gave it.
// EXPECT: WorkflowAwaitable
#include "prelude.h"

struct Foreign {
  bool await_ready() const { return true; }
  void await_suspend(std::coroutine_handle<>) const {}
  void await_resume() const {}
};

temporal::Task<void> Run(workflow::Context&) { co_await Foreign(); }
