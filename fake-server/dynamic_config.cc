// One table from names to knobs.
#include "fake-server/dynamic_config.h"

#include <chrono>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "temporal/fake_server.h"

namespace temporal::server {
namespace {

using Nanos = std::chrono::nanoseconds;
using Knob =
    std::variant<Nanos DynamicConfig::*, std::int64_t DynamicConfig::*, int DynamicConfig::*, bool DynamicConfig::*>;

struct Setting {
  std::string_view key;  // lower case
  Knob knob;
};

const Setting kSettings[] = {
    {"history.defaultworkflowtasktimeout", &DynamicConfig::default_workflow_task_timeout},
    {"history.longpollexpirationinterval", &DynamicConfig::history_long_poll},
    {"history.maxbufferedquerycount", &DynamicConfig::max_buffered_queries},
    {"history.maximumbufferedeventsbatch", &DynamicConfig::max_buffered_events},
    {"history.maximumsignalsperexecution", &DynamicConfig::max_signals},
    {"history.maxinflightupdatepayloads", &DynamicConfig::max_in_flight_update_bytes},
    {"history.maxinflightupdates", &DynamicConfig::max_in_flight_updates},
    {"history.maxtotalupdates", &DynamicConfig::max_total_updates},
    {"history.workflowidreuseminimalinterval", &DynamicConfig::min_continue_as_new_interval},
    {"history.workflowtaskheartbeattimeout", &DynamicConfig::workflow_task_heartbeat_limit},
    {"limit.blobsize.error", &DynamicConfig::max_blob_bytes},
    {"limit.historycount.error", &DynamicConfig::max_history_events},
    {"limit.historycount.suggestcontinueasnew", &DynamicConfig::suggest_continue_as_new_events},
    {"limit.historysize.error", &DynamicConfig::max_history_bytes},
    {"limit.historysize.suggestcontinueasnew", &DynamicConfig::suggest_continue_as_new_bytes},
    {"limit.maxidlength", &DynamicConfig::max_id_length},
    {"limit.numpendingactivities.error", &DynamicConfig::max_pending_activities},
    {"limit.numpendingcancelrequests.error", &DynamicConfig::max_pending_external_cancels},
    {"limit.numpendingchildexecutions.error", &DynamicConfig::max_pending_children},
    {"limit.numpendingsignals.error", &DynamicConfig::max_pending_external_signals},
    {"matching.longpollexpirationinterval", &DynamicConfig::matching_long_poll},
    {"system.enableactivityeagerexecution", &DynamicConfig::eager_activities},
    {"system.enableeagerworkflowstart", &DynamicConfig::eager_workflow_start},
};

// A sequence of numbers with units: "1m30s", "1.5h", "250ms"; "0".
std::optional<Nanos> ParseDuration(std::string_view text) {
  if (text == "0") return Nanos(0);
  if (text.empty()) return std::nullopt;
  static constexpr struct {
    std::string_view name;
    double nanos;
  } kUnits[] = {{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"m", 60e9}, {"h", 3600e9}};
  double total = 0;
  while (!text.empty()) {
    const std::size_t digits = std::min(text.find_first_not_of("0123456789."), text.size());
    const std::string_view unit =
        text.substr(digits, std::min(text.find_first_of("0123456789.", digits), text.size()) - digits);
    double number = 0;
    if (!absl::SimpleAtod({text.data(), digits}, &number)) return std::nullopt;
    double scale = 0;
    for (const auto& known : kUnits) {
      if (known.name == unit) scale = known.nanos;
    }
    if (scale == 0) return std::nullopt;
    total += number * scale;
    text.remove_prefix(digits + unit.size());
  }
  return Nanos(static_cast<std::int64_t>(total));
}

// Sets a knob of one type from a JSON value; false if that does not fit.
class SetKnob {
 public:
  SetKnob(const google::protobuf::Value& value, DynamicConfig& config) : value_(value), config_(config) {}

  bool operator()(Nanos DynamicConfig::* knob) const {
    const auto given = value_.has_number_value()
                           ? std::optional<Nanos>(static_cast<std::int64_t>(value_.number_value() * 1e9))
                           : ParseDuration(value_.string_value());
    if (!given.has_value() || *given < Nanos(0)) return false;
    config_.*knob = *given;
    return true;
  }
  bool operator()(bool DynamicConfig::* knob) const {
    if (!value_.has_bool_value()) return false;
    config_.*knob = value_.bool_value();
    return true;
  }
  template <class Integer>
  bool operator()(Integer DynamicConfig::* knob) const {
    const double number = value_.number_value();
    if (!value_.has_number_value() || number < 0 || number > 2e9 || number != std::floor(number)) return false;
    config_.*knob = static_cast<Integer>(number);
    return true;
  }

 private:
  const google::protobuf::Value& value_;
  DynamicConfig& config_;
};

}  // namespace

absl::StatusOr<bool> ApplyDynamicConfig(std::string_view key, std::string_view json, DynamicConfig& config) {
  google::protobuf::Value value;
  const absl::string_view shown_key(key.data(), key.size());
  if (!google::protobuf::util::JsonStringToMessage({json.data(), json.size()}, &value).ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("invalid dynamic config values: invalid JSON value for key \"", shown_key, "\""));
  }
  const std::string lower = absl::AsciiStrToLower(shown_key);
  for (const Setting& setting : kSettings) {
    if (setting.key != lower) continue;
    if (std::visit(SetKnob(value, config), setting.knob)) return true;
    return absl::InvalidArgumentError(
        absl::StrCat("invalid dynamic config values: the value of key \"", shown_key,
                     "\" is of the wrong type: ", absl::string_view(json.data(), json.size())));
  }
  return false;
}

}  // namespace temporal::server
