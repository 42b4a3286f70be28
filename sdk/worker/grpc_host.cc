// Production: the wall clock, threads, the channel; and Client::Connect.
#include "sdk/worker/grpc_host.h"

#include <unistd.h>

#include <array>
#include <mutex>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include "sdk/base/random.h"
#include "sdk/client/client_core.h"
#include "sdk/transport/rpc_retry.h"
#include "sdk/transport/rpcs.h"
#include "sdk/worker/thread_pool_executor.h"
#include "sdk/worker/threaded_loop.h"
#include "temporal/client.h"
#include "temporal/errors.h"

namespace temporal {
namespace internal {
namespace {

std::uint64_t RealSeed() {
  std::random_device device;
  return (static_cast<std::uint64_t>(device()) << 32) | device();
}

std::string HostName() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "localhost";
}

class GrpcHost final : public Host, public UserCodeObserver {
 public:
  explicit GrpcHost(GrpcOptions options) : options_(std::move(options)), random_(RealSeed()) {
    RpcRetryOptions retries;
    retries.seed = RealSeed();
    connection_ = ConnectGrpc(loop_, options_);
    service_ = RetryRpcs(loop_, connection_, retries);
  }
  // Calls in flight hold the connection, so that it would outlive the loop.
  ~GrpcHost() override { connection_->Close(); }

  Scheduler& loop() override { return loop_; }
  WorkflowService& service() override { return *service_; }
  std::uint64_t seed() override {
    const std::lock_guard<std::mutex> lock(mutex_);
    return random_.Next();
  }
  std::string default_identity() override { return std::to_string(getpid()) + "@" + HostName(); }

  void CheckMayBlock(const char* call) override {
    if (running == nullptr) return;
    throw std::logic_error(std::string(call) + " blocks and may not be called from workflow code (" + *running +
                           "): call it from an activity");
  }
  void ThrowStalled(const char* call, BlockResult) override {
    throw StalledError(std::string(call) + ": the connection has been closed");
  }
  void OnLoop(absl::FunctionRef<void()> work) override { loop_.RunOnLoop(work); }

  // gRPC shares the socket between channels to one target.
  std::shared_ptr<Host> MakeWorkerHost() override { return MakeGrpcHost(options_); }
  std::unique_ptr<ActivityExecutor> MakeActivityExecutor(int threads) override {
    return std::make_unique<ThreadPoolExecutor>(loop_, threads);
  }
  UserCodeObserver* user_code_observer() override { return this; }
  void WorkerStarted(WorkerCore&) override {}
  void WorkerStopped(WorkerCore&) override {}

  // Past the retries, which are the loop's.
  void WorkflowBlocks(const std::string&, const google::protobuf::Message* failure) override {
    if (failure == nullptr) return;
    CallOptions options;
    options.timeout = std::chrono::seconds(10);
    connection_->Call(rpc::RespondWorkflowTaskFailed::kMethod, *failure, std::move(options), [](const auto&) {});
  }

  void EnterUserCode(const UserCode& code) override { running = code.run; }
  void LeaveUserCode() override { running = nullptr; }

  bool OnLoopThread() const { return loop_.OnLoopThread(); }

 private:
  // Whose workflow code runs on this thread now, of whatever host.
  static thread_local const std::string* running;

  const GrpcOptions options_;
  std::mutex mutex_;
  Random random_;  // guarded by mutex_
  ThreadedLoop loop_;
  std::shared_ptr<GrpcConnection> connection_;  // posts to the loop until it is closed
  std::shared_ptr<WorkflowService> service_;    // the same, with retries
};

thread_local const std::string* GrpcHost::running = nullptr;

// A loop cannot end on its own thread.
void DestroyHost(GrpcHost* host) {
  if (!host->OnLoopThread()) {
    delete host;
  } else {
    std::thread([host] { delete host; }).detach();
  }
}

}  // namespace

std::shared_ptr<Host> MakeGrpcHost(GrpcOptions options) {
  return std::shared_ptr<GrpcHost>(new GrpcHost(std::move(options)), DestroyHost);
}

}  // namespace internal

namespace client {

Client Client::Connect(const ClientOptions& options) {
  internal::GrpcOptions grpc;
  grpc.target = options.target;
  grpc.name_space = options.namespace_;
  internal::ClientCore::Options core_options;
  core_options.namespace_name = options.namespace_;
  core_options.identity = options.identity;
  core_options.default_task_queue = options.default_task_queue;
  core_options.logger = options.logger;
  core_options.data_converter = options.data_converter;
  core_options.interceptors.assign(options.interceptors.begin(), options.interceptors.end());
  auto core = std::make_shared<internal::ClientCore>(internal::MakeGrpcHost(std::move(grpc)), std::move(core_options));
  try {
    core->Call<internal::rpc::GetSystemInfo>({}, internal::Skip::kForbidden, std::chrono::seconds(5));
  } catch (const RpcError& error) {
    throw RpcError(error.code(), error.message() + "; no Temporal server answers at " + std::string(options.target) +
                                     ". Start one (`temporal server start-dev`) or name another as "
                                     "ClientOptions::target");
  }
  return Client(std::move(core));
}

}  // namespace client
}  // namespace temporal
