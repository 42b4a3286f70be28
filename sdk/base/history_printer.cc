// Prints histories by reflection, so that a new event type needs no line here.
#include "sdk/base/history_printer.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "sdk/base/proto_time.h"
#include "temporal/api/common/v1/message.pb.h"
#include "temporal/api/enums/v1/event_type.pb.h"
#include "temporal/api/history/v1/message.pb.h"
#include "temporal/api/taskqueue/v1/message.pb.h"

namespace temporal::internal {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// Fields whose values come from the seed or from encoded sizes.
bool IsVolatile(std::string_view name) {
  static constexpr std::array<std::string_view, 4> kNames = {"history_size_bytes", "request_id", "run_id", "namespace_id"};
  if (std::find(kNames.begin(), kNames.end(), name) != kNames.end()) return true;
  return name.ends_with("_run_id") || name.ends_with("_request_id") || name.ends_with("_namespace_id");
}

// EVENT_TYPE_TIMER_STARTED -> TimerStarted
std::string CamelCase(std::string_view upper) {
  std::string camel;
  bool start = true;
  for (const char c : upper) {
    if (c == '_') {
      start = true;
      continue;
    }
    camel += start ? c : static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    start = false;
  }
  return camel;
}

// An enum value without the prefix that repeats the enum's name: TIMEOUT_TYPE_HEARTBEAT -> Heartbeat.
std::string EnumText(const google::protobuf::EnumValueDescriptor& value) {
  const auto& type = *value.type();
  std::string_view name = value.name();
  std::size_t shared = name.size();
  for (int i = 0; i < type.value_count(); ++i) {
    const std::string& other = type.value(i)->name();
    const auto end = std::mismatch(name.begin(), name.end(), other.begin(), other.end()).first;
    if (type.value_count() > 1 && i != value.index()) {
      shared = std::min(shared, static_cast<std::size_t>(end - name.begin()));
    }
  }
  const std::size_t cut = name.substr(0, shared).rfind('_');
  return CamelCase(cut == std::string_view::npos ? name : name.substr(cut + 1));
}

std::string Printable(std::string_view bytes) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 32 && byte != 127) {
      text += c;
    } else {
      text += "\\x";
      text += kHex[byte >> 4];
      text += kHex[byte & 15];
    }
  }
  return text;
}

// Text as it is where that is unambiguous, quoted otherwise.
std::string Quoted(std::string_view text) {
  if (!text.empty() && text.find_first_of(" \"\n\t{}=") == std::string_view::npos) return Printable(text);
  return absl::StrCat("\"", Printable(text), "\"");
}

class Printer {
 public:
  explicit Printer(const HistoryPrintOptions& options) : options_(options) {}

  // `name=value` for each field of `message` that is set, separated by blanks.
  std::string Fields(const Message& message) const {
    std::string text;
    std::vector<const FieldDescriptor*> fields;
    message.GetReflection()->ListFields(message, &fields);
    for (const FieldDescriptor* field : fields) {
      if (!options_.ids && IsVolatile(field->name())) continue;
      absl::StrAppend(&text, text.empty() ? "" : " ", field->name(), "=", Value(message, *field));
    }
    return text;
  }

  std::string MessageText(const Message& message) const {
    if (const auto* duration = dynamic_cast<const google::protobuf::Duration*>(&message)) {
      return PrintDuration(FromProto(*duration));
    }
    if (const auto* time = dynamic_cast<const google::protobuf::Timestamp*>(&message)) {
      return options_.times ? absl::StrCat("+", PrintDuration(FromProto(*time) - options_.epoch)) : "(time)";
    }
    if (const auto* payload = dynamic_cast<const api::common::v1::Payload*>(&message)) return Printable(payload->data());
    if (const auto* payloads = dynamic_cast<const api::common::v1::Payloads*>(&message)) return PayloadsText(*payloads);
    if (const auto* queue = dynamic_cast<const api::taskqueue::v1::TaskQueue*>(&message)) {
      const bool sticky = queue->kind() == api::enums::v1::TASK_QUEUE_KIND_STICKY;
      return sticky ? absl::StrCat("sticky(", Quoted(queue->normal_name()), ")") : Quoted(queue->name());
    }
    if (const auto* type = dynamic_cast<const api::common::v1::ActivityType*>(&message)) return Quoted(type->name());
    if (const auto* type = dynamic_cast<const api::common::v1::WorkflowType*>(&message)) return Quoted(type->name());
    return absl::StrCat("{", Fields(message), "}");
  }

 private:
  std::string PayloadsText(const api::common::v1::Payloads& payloads) const {
    std::string text = "[";
    for (const auto& payload : payloads.payloads()) {
      absl::StrAppend(&text, text.size() > 1 ? ", " : "", Printable(payload.data()));
    }
    return text + "]";
  }

  std::string Value(const Message& message, const FieldDescriptor& field) const {
    if (field.is_map()) return MapText(message, field);
    if (!field.is_repeated()) return Element(message, field, -1);
    std::string text = "[";
    const int size = message.GetReflection()->FieldSize(message, &field);
    for (int i = 0; i < size; ++i) absl::StrAppend(&text, i == 0 ? "" : ", ", Element(message, field, i));
    return text + "]";
  }

  std::string MapText(const Message& message, const FieldDescriptor& field) const {
    std::vector<std::pair<std::string, std::string>> entries;
    const Reflection& reflection = *message.GetReflection();
    for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
      const Message& entry = reflection.GetRepeatedMessage(message, &field, i);
      entries.emplace_back(Element(entry, *field.message_type()->map_key(), -1),
                           Element(entry, *field.message_type()->map_value(), -1));
    }
    std::sort(entries.begin(), entries.end());
    std::string text = "{";
    for (const auto& [key, value] : entries) absl::StrAppend(&text, text.size() > 1 ? " " : "", key, "=", value);
    return text + "}";
  }

  // One value; `index` below zero for a field that is not repeated.
  std::string Element(const Message& message, const FieldDescriptor& field, int index) const {
    const Reflection& reflection = *message.GetReflection();
    const bool one = index < 0;
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_MESSAGE:
        return MessageText(one ? reflection.GetMessage(message, &field)
                               : reflection.GetRepeatedMessage(message, &field, index));
      case FieldDescriptor::CPPTYPE_ENUM:
        return EnumText(*(one ? reflection.GetEnum(message, &field) : reflection.GetRepeatedEnum(message, &field, index)));
      case FieldDescriptor::CPPTYPE_STRING: {
        std::string scratch;
        return Quoted(one ? reflection.GetStringReference(message, &field, &scratch)
                          : reflection.GetRepeatedStringReference(message, &field, index, &scratch));
      }
      case FieldDescriptor::CPPTYPE_BOOL: {
        const bool value = one ? reflection.GetBool(message, &field) : reflection.GetRepeatedBool(message, &field, index);
        return value ? "true" : "false";
      }
      case FieldDescriptor::CPPTYPE_INT32:
        return absl::StrCat(one ? reflection.GetInt32(message, &field)
                                : reflection.GetRepeatedInt32(message, &field, index));
      case FieldDescriptor::CPPTYPE_INT64:
        return absl::StrCat(one ? reflection.GetInt64(message, &field)
                                : reflection.GetRepeatedInt64(message, &field, index));
      case FieldDescriptor::CPPTYPE_UINT32:
        return absl::StrCat(one ? reflection.GetUInt32(message, &field)
                                : reflection.GetRepeatedUInt32(message, &field, index));
      case FieldDescriptor::CPPTYPE_UINT64:
        return absl::StrCat(one ? reflection.GetUInt64(message, &field)
                                : reflection.GetRepeatedUInt64(message, &field, index));
      case FieldDescriptor::CPPTYPE_DOUBLE:
        return absl::StrCat(one ? reflection.GetDouble(message, &field)
                                : reflection.GetRepeatedDouble(message, &field, index));
      case FieldDescriptor::CPPTYPE_FLOAT:
        return absl::StrCat(one ? reflection.GetFloat(message, &field)
                                : reflection.GetRepeatedFloat(message, &field, index));
    }
    return "?";
  }

  HistoryPrintOptions options_;
};

}  // namespace

std::string PrintDuration(Duration duration) {
  std::int64_t nanos = duration.count();
  if (nanos == 0) return "0s";
  std::string text = nanos < 0 ? "-" : "";
  if (nanos < 0) nanos = -nanos;
  constexpr std::int64_t kSecond = 1'000'000'000;
  if (nanos < kSecond) {
    if (nanos % 1'000'000 == 0) return absl::StrCat(text, nanos / 1'000'000, "ms");
    if (nanos % 1'000 == 0) return absl::StrCat(text, nanos / 1'000, "us");
    return absl::StrCat(text, nanos, "ns");
  }
  const std::int64_t hours = nanos / (3600 * kSecond), minutes = nanos / (60 * kSecond) % 60;
  const std::int64_t seconds = nanos / kSecond % 60;
  if (hours > 0) absl::StrAppend(&text, hours, "h");
  if (minutes > 0) absl::StrAppend(&text, minutes, "m");
  std::int64_t fraction = nanos % kSecond;
  if (seconds > 0 || fraction > 0) {
    absl::StrAppend(&text, seconds);
    if (fraction > 0) {
      std::string digits = absl::StrCat(fraction + kSecond).substr(1);
      while (digits.back() == '0') digits.pop_back();
      absl::StrAppend(&text, ".", digits);
    }
    text += "s";
  }
  return text;
}

std::string PrintMessage(const Message& message, const HistoryPrintOptions& options) {
  return Printer(options).MessageText(message);
}

std::string PrintEvent(const api::history::v1::HistoryEvent& event, const HistoryPrintOptions& options) {
  std::string text = absl::StrCat(event.event_id(), " ");
  if (options.times) absl::StrAppend(&text, "+", PrintDuration(FromProto(event.event_time()) - options.epoch), " ");
  const std::string type = api::enums::v1::EventType_Name(event.event_type());
  const absl::string_view name = absl::StripPrefix(type, "EVENT_TYPE_");
  text += CamelCase(std::string_view(name.data(), name.size()));
  if (!options.attributes) return text;
  const Printer printer(options);
  const auto* attributes = event.GetDescriptor()->FindOneofByName("attributes");
  if (const auto* field = event.GetReflection()->GetOneofFieldDescriptor(event, attributes)) {
    const std::string fields = printer.Fields(event.GetReflection()->GetMessage(event, field));
    if (!fields.empty()) absl::StrAppend(&text, " ", fields);
  }
  if (event.has_user_metadata()) absl::StrAppend(&text, " user_metadata=", printer.MessageText(event.user_metadata()));
  return text;
}

std::string PrintHistory(const api::history::v1::History& history, HistoryPrintOptions options) {
  if (options.times && options.epoch == TimePoint{} && history.events_size() > 0) {
    options.epoch = FromProto(history.events(0).event_time());
  }
  std::string text;
  for (const auto& event : history.events()) absl::StrAppend(&text, PrintEvent(event, options), "\n");
  return text;
}

}  // namespace temporal::internal
