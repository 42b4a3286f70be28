// temporal-fake-server: the fake server for other processes, on the wall clock, behind a gRPC listener.
#include <cstdint>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "fake-server/clock/event_loop.h"
#include "fake-server/clock/stop_signals.h"
#include "fake-server/command_line.h"
#include "fake-server/dynamic_config.h"
#include "fake-server/frontend/grpc_binding.h"
#include "sdk/transport/rpcs.h"
#include "temporal/fake_server.h"

namespace temporal::server {
namespace {

namespace rpc = internal::rpc;

constexpr int kFailed = 1;

class Log {
 public:
  explicit Log(LogLevel least) : least_(least) {}
  void operator()(LogLevel level, std::string_view text) const {
    static constexpr std::string_view kNames[] = {"DEBUG", "INFO", "WARN", "ERROR", "NEVER"};
    if (level >= least_) std::cerr << kNames[static_cast<int>(level)] << " " << text << std::endl;
  }

 private:
  LogLevel least_;
};

int Fail(const absl::Status& status, std::string_view after = "") {
  std::cerr << "Error: " << status.message() << "\n" << after;
  return kFailed;
}

absl::StatusOr<DynamicConfig> ConfigOf(const CommandLine& line, const Log& log) {
  DynamicConfig config;
  for (const auto& [key, json] : line.dynamic_config) {
    const auto known = ApplyDynamicConfig(key, json, config);
    if (!known.ok()) return known.status();
    if (!*known) log(LogLevel::kInfo, absl::StrCat("dynamic configuration ", key, " means nothing here"));
  }
  for (const std::string& flag : line.ignored) log(LogLevel::kInfo, absl::StrCat(flag, " means nothing here"));
  return config;
}

absl::Status RegisterSearchAttributes(const CommandLine& line, WallLoop& loop, internal::WorkflowService& service) {
  if (line.search_attributes.empty()) return absl::OkStatus();
  rpc::AddSearchAttributes::Request request;
  request.set_namespace_("default");
  for (const auto& [name, type] : line.search_attributes) {
    api::enums::v1::IndexedValueType value{};
    const std::string full =
        absl::StrCat("INDEXED_VALUE_TYPE_", type == "KeywordList" ? "KEYWORD_LIST" : absl::AsciiStrToUpper(type));
    if (!api::enums::v1::IndexedValueType_Parse(full, &value)) return absl::InvalidArgumentError(type);
    (*request.mutable_search_attributes())[name] = value;
  }
  bool answered = false;
  absl::Status status;
  internal::Invoke<rpc::AddSearchAttributes>(service, request, {}, [&](auto got) {
    status = got.status();
    answered = true;
  });
  loop.BlockUntil([&] { return answered; }, internal::Skip::kForbidden);
  return status;
}

int Serve(const CommandLine& line) {
  const Log log(line.log_level);
  auto config = ConfigOf(line, log);
  if (!config.ok()) return Fail(config.status());

  WallLoop loop;
  const StopSignals stop_signals(loop);
  FakeServerOptions options;
  options.seed = static_cast<std::uint64_t>(loop.Now().time_since_epoch().count());
  options.config = *config;
  for (const std::string& name : line.namespaces) {
    if (name != "default") options.namespaces.push_back(name);
  }
  FakeServer server(loop, options);
  if (auto status = RegisterSearchAttributes(line, loop, server.service()); !status.ok()) return Fail(status);
  auto listener = GrpcListener::Listen(loop, server.service(), {.ip = line.ip, .port = line.port});
  if (!listener.ok()) return Fail(listener.status());
  std::cout << "Temporal Server:      " << line.ip << ":" << (*listener)->port() << std::endl;
  loop.Run();
  log(LogLevel::kInfo, "stopped");
  return 0;
}

int Main(const std::vector<std::string>& arguments) {
  const auto line = ParseCommandLine(arguments);
  if (!line.ok()) return Fail(line.status(), Usage());
  if (line->help) {
    std::cout << Usage();
    return 0;
  }
  return Serve(*line);
}

}  // namespace
}  // namespace temporal::server

int main(int argc, char** argv) { return temporal::server::Main({argv + 1, argv + argc}); }
