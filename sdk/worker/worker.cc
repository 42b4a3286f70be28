// worker::Worker over its core.
#include "temporal/worker.h"

#include <stdexcept>
#include <utility>

#include "sdk/client/client_core.h"
#include "sdk/worker/worker_core.h"
#include "temporal/log.h"

namespace temporal::worker {
namespace {

std::shared_ptr<internal::ClientCore> CoreFor(const client::Client& client) {
  auto own = client.core()->MakeForWorker();
  return own == nullptr ? client.core() : std::move(own);
}

}  // namespace

Worker::Worker(const client::Client& client, const WorkerOptions& options)
    : core_(std::make_unique<internal::WorkerCore>(CoreFor(client), options)) {}

Worker::~Worker() {
  try {
    Shutdown();
  } catch (const std::exception& error) {
    StderrLogger().Write(LogLevel::kError, std::string("the worker did not shut down: ") + error.what(), {});
  }
}

Worker& Worker::Add(internal::WorkflowDefinition definition) {
  core_->Add(std::move(definition));
  return *this;
}

Worker& Worker::Add(internal::ActivityDefinition definition) {
  core_->Add(std::move(definition));
  return *this;
}

void Worker::Start() {
  if (core_->workflows().empty() && core_->activity_types().empty()) {
    throw std::logic_error("the worker of task queue " + core_->task_queue() +
                           " has nothing to do: register a workflow or an activity before Start");
  }
  core_->Start();
}

void Worker::Run() {
  Start();
  core_->WaitUntilStopped();
}

void Worker::Shutdown() { core_->Shutdown(); }

}  // namespace temporal::worker
