// Reads and writes histories as JSON. Spellings are mended by walking the JSON beside the descriptors; the conversion
// itself is protobuf's, one event at a time so that errors can name it.
#include "sdk/converter/history_json.h"

#include <nlohmann/json.hpp>

#include "absl/strings/escaping.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/util/json_util.h"
#include "temporal/json.h"

namespace temporal::internal {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;

// Far deeper than any history is, and far less than what exhausts the stack of those who walk it.
constexpr int kMaxDepth = 500;

[[noreturn]] void Throw(const std::string& where, const std::string& what) {
  throw ConversionError(where + ": " + what);
}

// WorkflowExecutionStarted -> WORKFLOW_EXECUTION_STARTED
std::string UpperSnake(std::string_view camel) {
  std::string upper;
  for (const char c : camel) {
    const bool capital = c >= 'A' && c <= 'Z';
    if (capital && !upper.empty()) upper += '_';
    upper += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return upper;
}

// What the names of an enum's values begin with: EVENT_TYPE_
std::string PrefixOf(const EnumDescriptor& type) {
  const std::string name = UpperSnake(type.name()) + "_";
  return type.value_count() > 0 && type.value(0)->name().rfind(name, 0) == 0 ? name : "";
}

bool MendEnum(const EnumDescriptor& type, nlohmann::json& value) {
  if (!value.is_string()) return true;
  const auto& text = value.get_ref<const std::string&>();
  if (type.FindValueByName(text) != nullptr) return true;
  const std::string mended = PrefixOf(type) + UpperSnake(text);
  if (type.FindValueByName(mended) == nullptr) return false;
  value = mended;
  return true;
}

std::string WithoutPadding(std::string text) {
  while (!text.empty() && text.back() == '=') text.pop_back();
  return text;
}

// Some tools export bytes as the text that they are, instead of base64.
void MendBytes(nlohmann::json& value) {
  if (!value.is_string()) return;
  const auto& text = value.get_ref<const std::string&>();
  std::string bytes;
  if (absl::Base64Unescape(text, &bytes) && WithoutPadding(absl::Base64Escape(bytes)) == WithoutPadding(text)) return;
  if (absl::WebSafeBase64Unescape(text, &bytes) && absl::WebSafeBase64Escape(bytes) == WithoutPadding(text)) return;
  value = absl::Base64Escape(text);
}

const FieldDescriptor* FindField(const Descriptor& type, const std::string& name) {
  if (const auto* field = type.FindFieldByName(name)) return field;
  return type.FindFieldByCamelcaseName(name);
}

// `path` is where `value` stands, for errors.
void Mend(const Descriptor& type, nlohmann::json& value, const std::string& path);

void MendField(const FieldDescriptor& field, nlohmann::json& value, const std::string& path) {
  if (field.type() == FieldDescriptor::TYPE_ENUM) {
    MendEnum(*field.enum_type(), value);  // a value that a newer server knows is left out
    return;
  }
  if (field.type() == FieldDescriptor::TYPE_BYTES) return MendBytes(value);
  if (field.type() == FieldDescriptor::TYPE_MESSAGE) Mend(*field.message_type(), value, path);
}

void Mend(const Descriptor& type, nlohmann::json& value, const std::string& path) {
  if (type.full_name().rfind("google.protobuf.", 0) == 0 || value.is_null()) return;
  if (!value.is_object()) Throw(path, "expected an object, found " + value.dump().substr(0, 80));
  for (auto& [name, member] : value.items()) {
    const FieldDescriptor* field = FindField(type, name);
    if (field == nullptr || member.is_null()) continue;
    const std::string below = path + "." + name;
    if (field->is_map()) {
      if (!member.is_object()) Throw(below, "expected an object, found " + member.dump().substr(0, 80));
      const FieldDescriptor* entry = field->message_type()->map_value();
      for (auto& [key, element] : member.items()) MendField(*entry, element, below + "[" + key + "]");
    } else if (field->is_repeated()) {
      if (!member.is_array()) Throw(below, "expected an array, found " + member.dump().substr(0, 80));
      for (auto& element : member) MendField(*field, element, below);
    } else {
      MendField(*field, member, below);
    }
  }
}

// A member of `event` in either spelling; null if there is neither.
nlohmann::json* Member(nlohmann::json& event, const char* camel, const char* snake) {
  for (const char* name : {camel, snake}) {
    if (const auto found = event.find(name); found != event.end()) return &*found;
  }
  return nullptr;
}

std::string NameOf(nlohmann::json& event, std::size_t index) {
  std::string name = "event number " + std::to_string(index + 1);
  if (!event.is_object()) return name;
  if (const auto* id = Member(event, "eventId", "event_id")) {
    name = "event " + (id->is_string() ? id->get<std::string>() : id->dump());
  }
  if (const auto* type = Member(event, "eventType", "event_type"); type != nullptr && type->is_string()) {
    name += " (" + type->get<std::string>() + ")";
  }
  return name;
}

// Refuses a type that nobody knows, unless the server has said that workers may skip the event.
void CheckType(nlohmann::json& json, const std::string& where) {
  if (!json.is_object()) return;
  auto* type = Member(json, "eventType", "event_type");
  if (type == nullptr) Throw(where, "eventType is missing");
  if (MendEnum(*api::enums::v1::EventType_descriptor(), *type)) return;
  const auto* ignore = Member(json, "workerMayIgnore", "worker_may_ignore");
  const bool given = ignore != nullptr && !ignore->is_null();
  if (given && !ignore->is_boolean()) {
    Throw(where + ".workerMayIgnore", "expected true or false, found " + ignore->dump().substr(0, 80));
  }
  if (!given || !ignore->get<bool>()) Throw(where, "eventType is unknown, and workers may not ignore the event");
}

// Refuses an event whose attributes are missing, or those of another type.
void CheckAttributes(const api::history::v1::HistoryEvent& event, const std::string& where) {
  if (!api::enums::v1::EventType_IsValid(event.event_type())) return;
  std::string name = api::enums::v1::EventType_Name(event.event_type()).substr(sizeof("EVENT_TYPE_") - 1);
  for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  const FieldDescriptor* wanted = event.GetDescriptor()->FindFieldByName(name + "_event_attributes");
  if (wanted == nullptr) return;
  const auto* oneof = event.GetDescriptor()->FindOneofByName("attributes");
  const FieldDescriptor* found = event.GetReflection()->GetOneofFieldDescriptor(event, oneof);
  if (found == wanted) return;
  if (found == nullptr) Throw(where, wanted->camelcase_name() + " is missing");
  Throw(where, found->camelcase_name() + " found, expected " + wanted->camelcase_name());
}

void ReadEvent(nlohmann::json& json, const std::string& where, api::history::v1::HistoryEvent& event) {
  CheckType(json, where);
  Mend(*api::history::v1::HistoryEvent::descriptor(), json, where);
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  const auto status = google::protobuf::util::JsonStringToMessage(json.dump(), &event, options);
  if (!status.ok()) {
    const auto text = status.message();
    Throw(where, std::string(text.data(), text.size()));
  }
  if (event.event_id() <= 0) Throw(where, "eventId is missing");
  CheckAttributes(event, where);
}

}  // namespace

api::history::v1::History HistoryFromJson(std::string_view text, std::string_view source) {
  const std::string name(source);
  nlohmann::json json;
  try {
    json = nlohmann::json::parse(text, [&](int depth, nlohmann::json::parse_event_t, nlohmann::json&) {
      if (depth > kMaxDepth)
        Throw(name, "nested more than " + std::to_string(kMaxDepth) + " deep: not an exported history");
      return true;
    });
  } catch (const nlohmann::json::exception& error) {
    Throw(name, std::string("not complete JSON: ") + error.what());
  }
  if (json.is_array() && !json.empty()) {
    const nlohmann::json first = json.front();
    // A list of events as it is, or of one history.
    if (first.is_object() && (first.contains("eventId") || first.contains("event_id")))
      json = nlohmann::json{{"events", json}};
    else if (json.size() == 1)
      json = first;
    else if (first.is_object() && (first.contains("events") || first.contains("history")))
      Throw(name, "a list of " + std::to_string(json.size()) + " histories: each needs a file of its own");
  }
  if (json.is_object() && json.contains("history") && json["history"].is_object()) {
    json = nlohmann::json(json["history"]);  // an answer of GetWorkflowExecutionHistory
  }
  if (!json.is_object() || !json.contains("events")) Throw(name, "no \"events\": not an exported history");
  nlohmann::json& events = json["events"];
  if (!events.is_array()) Throw(name + ", events", "expected an array");
  if (events.empty()) Throw(name + ", events", "no event");
  api::history::v1::History history;
  history.mutable_events()->Reserve(static_cast<int>(events.size()));
  std::size_t index = 0;
  for (nlohmann::json& event : events) {
    ReadEvent(event, name + ", " + NameOf(event, index), *history.add_events());
    ++index;
  }
  return history;
}

std::string HistoryToJson(const api::history::v1::History& history) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  std::string text;
  const auto status = google::protobuf::util::MessageToJsonString(history, &text, options);
  if (!status.ok()) {
    const auto what = status.message();
    Throw("history", std::string(what.data(), what.size()));
  }
  return text;
}

}  // namespace temporal::internal
