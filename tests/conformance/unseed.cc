// temporal-unseed --seed N: plays the scenarios in process and prints one line that depends on every byte of every
// history and on the last random number drawn. The same seed must print the same line, in any process, from any
// compiler.
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>

#include "sdk/client/client_core.h"
#include "sdk/converter/history_data.h"
#include "tests/conformance/worlds.h"

namespace temporal::conformance {
namespace {

// FNV-1a, 64 bits.
class Hash {
 public:
  void Add(std::string_view bytes) {
    for (const char byte : bytes) {
      state_ ^= static_cast<unsigned char>(byte);
      state_ *= 0x100000001b3ULL;
    }
  }
  std::uint64_t value() const { return state_; }

 private:
  std::uint64_t state_ = 0xcbf29ce484222325ULL;
};

std::string Bytes(const google::protobuf::Message& message) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  message.SerializeToCodedStream(&coded);
  coded.Trim();
  return bytes;
}

int Main(std::uint64_t seed, bool verbose) {
  Hash all;
  for (const Scenario& scenario : AllScenarios()) {
    const auto world = InProcessWorld(seed);
    const Record record = Play(*world, scenario, "");
    Hash one;
    for (const WorkflowHistory& history : record.histories) one.Add(Bytes(history.data().history));
    for (const Answer& answer : record.answers) {
      one.Add(answer.text);
      if (answer.message != nullptr) one.Add(Bytes(*answer.message));
    }
    const std::string last_random = world->client().core()->NewUuid();
    one.Add(last_random);
    if (verbose) std::cout << scenario.name << " " << std::hex << one.value() << " " << last_random << "\n";
    all.Add(std::to_string(one.value()));
  }
  std::cout << "seed " << std::dec << seed << " unseed " << std::hex << all.value() << "\n";
  return 0;
}

}  // namespace
}  // namespace temporal::conformance

int main(int argc, char** argv) {
  std::uint64_t seed = 1;
  bool verbose = false;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--seed" && i + 1 < argc)
      seed = std::strtoull(argv[++i], nullptr, 10);
    else if (argument == "--verbose")
      verbose = true;
    else
      return std::cerr << "temporal-unseed [--seed N] [--verbose]\n", 2;
  }
  return temporal::conformance::Main(seed, verbose);
}
