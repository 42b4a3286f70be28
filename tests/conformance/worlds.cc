// Worlds of the conformance scenarios: in process, over gRPC, and server processes of their own.
#include "tests/conformance/worlds.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>
#include <thread>

#include "absl/strings/str_cat.h"
#include "temporal/testing/workflow_environment.h"
#include "tests/conformance/scenarios/common.h"

namespace temporal::conformance {
namespace {

const SearchAttributeDefinition kSearchAttributes[] = {kColour, kAmount, kPaid, kTags};

// What the `temporal` CLI is told, of which our server understands the same.
std::vector<std::string> ServerArguments(const std::string& executable, int port) {
  return {executable,
          "server",
          "start-dev",
          "--headless",
          "--ip",
          "127.0.0.1",
          "--port",
          absl::StrCat(port),
          "--log-level",
          "never",
          "--dynamic-config-value",
          "history.enableCHASMSignalBacklinks=true",
          "--search-attribute",
          "Colour=Keyword",
          "--search-attribute",
          "Amount=Int",
          "--search-attribute",
          "Paid=Bool",
          "--search-attribute",
          "Tags=KeywordList"};
}

class InProcess final : public World {
 public:
  explicit InProcess(std::uint64_t seed)
      : environment_({.seed = seed, .check_replay = false, .search_attributes = kSearchAttributes}) {}
  const client::Client& client() override { return environment_.client(); }
  void Sleep(Duration duration) override { environment_.Sleep(duration); }

 private:
  test::WorkflowEnvironment environment_;
};

class Remote final : public World {
 public:
  explicit Remote(const std::string& target)
      : client_(client::Client::Connect({.target = target, .identity = "conformance"})) {}
  const client::Client& client() override { return client_; }
  void Sleep(Duration duration) override { std::this_thread::sleep_for(duration); }

 private:
  client::Client client_;
};

int FreePort() {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  const bool bound = ::bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                     ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  ::close(fd);
  if (!bound) throw std::runtime_error("no free port");
  return ntohs(address.sin_port);
}

bool Answers(const std::string& target) {
  try {
    client::Client::Connect({.target = target});
    return true;
  } catch (const RpcError&) {
    return false;
  }
}

}  // namespace

std::unique_ptr<World> InProcessWorld(std::uint64_t seed) { return std::make_unique<InProcess>(seed); }
std::unique_ptr<World> RemoteWorld(const std::string& target) { return std::make_unique<Remote>(target); }

Record Play(World& world, const Scenario& scenario, const std::string& suffix) {
  Stage stage(world, scenario, suffix);
  scenario.run(stage);
  return stage.TakeRecord();
}

ServerProcess::ServerProcess(const std::string& executable) {
  const int port = FreePort();
  target_ = absl::StrCat("127.0.0.1:", port);
  std::vector<std::string> arguments = ServerArguments(executable, port);
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  pid_t pid = -1;
  if (::posix_spawnp(&pid, executable.c_str(), nullptr, nullptr, argv.data(), environ) != 0)
    throw std::runtime_error("cannot start " + executable);
  pid_ = pid;
  for (int attempt = 0; attempt < 100; ++attempt) {
    if (Answers(target_)) return;
    if (::waitpid(pid_, nullptr, WNOHANG) == pid_) {
      pid_ = -1;
      break;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  throw std::runtime_error(executable + " does not answer on " + target_);
}

ServerProcess::~ServerProcess() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGTERM);
  ::waitpid(pid_, nullptr, 0);
}

}  // namespace temporal::conformance
