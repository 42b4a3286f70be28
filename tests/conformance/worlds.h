// The servers that scenarios play on: one in process, or any that listens.
#ifndef TEMPORAL_TESTS_CONFORMANCE_WORLDS_H_
#define TEMPORAL_TESTS_CONFORMANCE_WORLDS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tests/conformance/stage.h"

namespace temporal::conformance {

// A server of its own in this process, on virtual time.
std::unique_ptr<World> InProcessWorld(std::uint64_t seed);
// A server that listens on `target` ("127.0.0.1:7233"). Throws RpcError if there is none.
std::unique_ptr<World> RemoteWorld(const std::string& target);

// Plays one scenario. Throws what the scenario throws.
Record Play(World& world, const Scenario& scenario, const std::string& suffix);

// A server process on a free port of the loopback. Ended, by its process id, when this is destroyed.
class ServerProcess {
 public:
  // Starts `executable` with `temporal server start-dev`'s arguments and waits until it answers.
  explicit ServerProcess(const std::string& executable);
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;
  const std::string& target() const { return target_; }

 private:
  int pid_ = -1;
  std::string target_;
};

}  // namespace temporal::conformance

#endif  // TEMPORAL_TESTS_CONFORMANCE_WORLDS_H_
