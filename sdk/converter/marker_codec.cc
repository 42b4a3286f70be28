// Each dialect's details, key by key.
#include "sdk/converter/marker_codec.h"

#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"
#include "sdk/base/proto_time.h"
#include "sdk/converter/payload_converter.h"
#include "temporal/payload.h"

namespace temporal::internal {
namespace {

using api::common::v1::Payload;
using api::common::v1::Payloads;
using api::history::v1::HistoryEvent;

// Longer ones are not written: the server has a limit for search attributes.
constexpr std::size_t kMostChangeVersionBytes = 2048;

constexpr char kCoreLocalActivity[] = "core_local_activity";

class Details {
 public:
  explicit Details(const google::protobuf::Map<std::string, Payloads>& details) : details_(details) {}

  const Payloads* Find(const char* key) const {
    const auto found = details_.find(key);
    return found == details_.end() || found->second.payloads().empty() ? nullptr : &found->second;
  }
  bool Has(const char* key) const { return details_.contains(key); }
  // The bytes of the first payload of a key: JSON, or a string that stands there as it is.
  std::string Bytes(const char* key) const {
    const Payloads* payloads = Find(key);
    return payloads == nullptr ? "" : payloads->payloads(0).data();
  }
  // Throws nlohmann's exceptions.
  nlohmann::json Json(const char* key) const { return nlohmann::json::parse(Bytes(key)); }
  // A JSON string, or, if it is none, the text itself.
  std::string Text(const char* key) const {
    const std::string bytes = Bytes(key);
    const nlohmann::json json = nlohmann::json::parse(bytes, nullptr, false);
    return json.is_string() ? json.get<std::string>() : bytes;
  }

 private:
  const google::protobuf::Map<std::string, Payloads>& details_;
};

std::int64_t IntegerOf(const nlohmann::json& value) {
  return value.is_string() ? std::stoll(value.get<std::string>()) : value.get<std::int64_t>();
}

// {"seconds": …, "nanos": …}
std::optional<Duration> SecondsAndNanos(const nlohmann::json& json, const char* key) {
  const auto found = json.find(key);
  if (found == json.end() || !found->is_object()) return std::nullopt;
  const std::int64_t seconds = found->contains("seconds") ? IntegerOf(found->at("seconds")) : 0;
  const std::int64_t nanos = found->contains("nanos") ? IntegerOf(found->at("nanos")) : 0;
  if (nanos < 0 || nanos > 999'999'999)
    throw ConversionError(absl::StrCat(nanos, " nanoseconds are no part of a second"));
  return Duration(SaturatedNanos(seconds, static_cast<std::int32_t>(nanos)));
}

void ReadCorePatch(const Details& details, RecordedMarker& marker) {
  marker.kind = MarkerKind::kPatch;
  if (details.Has("patch-data")) {
    const nlohmann::json data = details.Json("patch-data");
    marker.id = data.at("id").get<std::string>();
    marker.deprecated = data.value("deprecated", false);
    return;
  }
  // The form of the first versions: plain bytes, one for the flag.
  marker.id = details.Text("patch_id");
  const std::string deprecated = details.Bytes("deprecated");
  marker.deprecated = deprecated == "true" || (deprecated.size() == 1 && deprecated[0] == 1);
  if (marker.id.empty()) throw ConversionError("neither patch-data nor patch_id");
}

void ReadCoreLocalActivity(const Details& details, RecordedMarker& marker) {
  marker.kind = MarkerKind::kLocalActivity;
  const nlohmann::json data = details.Json("data");
  marker.id = absl::StrCat(IntegerOf(data.at("seq")));
  marker.activity_type = data.value("activity_type", "");
  if (const auto time = SecondsAndNanos(data, "complete_time")) marker.complete_time = TimePoint(*time);
  marker.backoff = SecondsAndNanos(data, "backoff");
  if (const auto attempt = data.find("attempt"); attempt != data.end() && attempt->is_number_integer()) {
    marker.attempt = attempt->get<int>();
  }
  if (const auto time = SecondsAndNanos(data, "original_schedule_time"))
    marker.original_schedule_time = TimePoint(*time);
}

void ReadGoLocalActivity(const Details& details, RecordedMarker& marker) {
  marker.kind = MarkerKind::kLocalActivity;
  marker.dialect = MarkerDialect::kGo;
  const nlohmann::json data = details.Json("data");
  marker.id = data.value("ActivityID", "");
  marker.activity_type = data.value("ActivityType", "");
  google::protobuf::Timestamp time;
  if (google::protobuf::util::TimeUtil::FromString(data.value("ReplayTime", ""), &time)) {
    marker.complete_time = FromProto(time);
  }
  const std::int64_t backoff = data.contains("Backoff") ? IntegerOf(data.at("Backoff")) : 0;
  if (backoff > 0) marker.backoff = Duration(backoff);
}

void ReadJavaLocalActivity(const Details& details, RecordedMarker& marker) {
  marker.kind = MarkerKind::kLocalActivity;
  marker.dialect = MarkerDialect::kJava;
  marker.id = details.Text("activityId");
  marker.activity_type = details.Text("type");
  marker.input = details.Find("input");
  if (details.Has("time")) {
    const std::int64_t millis = IntegerOf(details.Json("time"));
    const auto nanos = static_cast<std::int32_t>(millis % 1000 * 1'000'000);
    marker.complete_time = TimePoint(Duration(SaturatedNanos(millis / 1000, nanos)));
  }
  if (!details.Has("meta")) return;
  const nlohmann::json meta = details.Json("meta");
  const auto backoff = meta.find("backoff");
  if (backoff == meta.end() || backoff->is_null()) return;
  // Seconds with a fraction, as Java's JSON writes durations; or their ISO form, which is not used with a backoff.
  if (backoff->is_number()) {
    const double seconds = backoff->get<double>();
    if (!(seconds >= 0 && seconds < 9e9)) throw ConversionError(absl::StrCat("a backoff of ", seconds, " seconds"));
    marker.backoff = std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
  }
}

void ReadVersion(const Details& details, RecordedMarker& marker) {
  marker.kind = MarkerKind::kPatch;
  const bool java = details.Has("changeId");
  marker.dialect = java ? MarkerDialect::kJava : MarkerDialect::kGo;
  marker.id = details.Text(java ? "changeId" : "change-id");
  marker.version = IntegerOf(details.Json("version"));
}

void Read(const std::string& name, const Details& details, RecordedMarker& marker) {
  if (name == "core_patch") return ReadCorePatch(details, marker);
  if (name == kCoreLocalActivity) return ReadCoreLocalActivity(details, marker);
  if (name == "Version") return ReadVersion(details, marker);
  if (name == "LocalActivity") {
    return details.Has("data") ? ReadGoLocalActivity(details, marker) : ReadJavaLocalActivity(details, marker);
  }
  if (name == "SideEffect") {
    marker.kind = MarkerKind::kSideEffect;
    marker.dialect = details.Has("side-effect-id") ? MarkerDialect::kGo : MarkerDialect::kJava;
    if (details.Has("side-effect-id")) marker.id = details.Text("side-effect-id");
    marker.result = details.Find("data");
    return;
  }
  if (name == "MutableSideEffect") marker.kind = MarkerKind::kMutableSideEffect;
}

Payload JsonPayload(const nlohmann::json& json) { return ToProto(EncodeJsonText(json.dump())); }

std::unique_ptr<api::command::v1::Command> MarkerCommand(const char* name) {
  auto command = std::make_unique<api::command::v1::Command>();
  command->set_command_type(api::enums::v1::COMMAND_TYPE_RECORD_MARKER);
  command->mutable_record_marker_command_attributes()->set_marker_name(name);
  return command;
}

Payload& Add(api::command::v1::Command& command, const char* key) {
  return *(*command.mutable_record_marker_command_attributes()->mutable_details())[key].add_payloads();
}

nlohmann::ordered_json AsSecondsAndNanos(Duration value) {
  const google::protobuf::Timestamp split = ToProto(TimePoint(value));  // its nanos are never negative
  return {{"seconds", split.seconds()}, {"nanos", split.nanos()}};
}

}  // namespace

absl::StatusOr<RecordedMarker> ReadMarker(const HistoryEvent& event) {
  const auto& attributes = event.marker_recorded_event_attributes();
  const Details details(attributes.details());
  RecordedMarker marker;
  marker.event = &event;
  if (attributes.has_failure()) marker.failure = &attributes.failure();
  try {
    Read(attributes.marker_name(), details, marker);
  } catch (const std::exception& error) {  // of the JSON, or of a number in it
    return absl::InvalidArgumentError(
        absl::StrCat("the marker ", attributes.marker_name(), " cannot be read: ", error.what()));
  }
  if (marker.kind == MarkerKind::kLocalActivity) marker.result = details.Find("result");
  return marker;
}

std::optional<LocalActivityNames> LocalActivityNamed(const std::string& marker_name,
                                                     const google::protobuf::Map<std::string, Payloads>& details) {
  if (marker_name != kCoreLocalActivity) return std::nullopt;
  const nlohmann::json data = nlohmann::json::parse(Details(details).Bytes("data"), nullptr, false);
  const auto text = [&](const char* key) {
    const auto found = data.find(key);
    return found != data.end() && found->is_string() ? found->get<std::string>() : "";
  };
  if (!data.is_object()) return std::nullopt;
  return LocalActivityNames{text("activity_id"), text("activity_type")};
}

std::unique_ptr<api::command::v1::Command> PatchMarker(const std::string& id, bool deprecated) {
  auto command = MarkerCommand("core_patch");
  Add(*command, "patch-data") = JsonPayload({{"id", id}, {"deprecated", deprecated}});
  return command;
}

std::unique_ptr<api::command::v1::Command> LocalActivityMarker(const LocalActivityRecord& record) {
  nlohmann::ordered_json data{{"seq", record.number},
                              {"attempt", record.attempt},
                              {"activity_id", record.activity_id},
                              {"activity_type", record.activity_type},
                              {"complete_time", nullptr},
                              {"backoff", nullptr},
                              {"original_schedule_time", nullptr}};
  if (record.complete_time) data["complete_time"] = AsSecondsAndNanos(record.complete_time->time_since_epoch());
  if (record.backoff) data["backoff"] = AsSecondsAndNanos(*record.backoff);
  data["original_schedule_time"] = AsSecondsAndNanos(record.original_schedule_time.time_since_epoch());
  auto command = MarkerCommand(kCoreLocalActivity);
  Add(*command, "data") = ToProto(EncodeJsonText(data.dump()));
  if (record.result != nullptr) Add(*command, "result") = *record.result;
  if (record.failure != nullptr) {
    *command->mutable_record_marker_command_attributes()->mutable_failure() = *record.failure;
  }
  return command;
}

std::unique_ptr<api::command::v1::Command> ChangeVersionUpsert(const std::set<std::string>& patches) {
  Payload list = JsonPayload(patches);
  if (list.data().size() >= kMostChangeVersionBytes) return nullptr;
  (*list.mutable_metadata())["type"] = "KeywordList";
  auto command = std::make_unique<api::command::v1::Command>();
  command->set_command_type(api::enums::v1::COMMAND_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES);
  auto& attributes = *command->mutable_upsert_workflow_search_attributes_command_attributes();
  (*attributes.mutable_search_attributes()->mutable_indexed_fields())["TemporalChangeVersion"] = std::move(list);
  return command;
}

std::unique_ptr<api::command::v1::Command> SideEffectMarker(const std::string& id, Payload value) {
  auto command = MarkerCommand("SideEffect");
  Add(*command, "side-effect-id") = JsonPayload(std::stoll(id));
  Add(*command, "data") = std::move(value);
  return command;
}

}  // namespace temporal::internal
