// The walk over messages that makes histories and answers comparable.
#include "tests/conformance/normalise.h"

#include <algorithm>
#include <map>
#include <regex>
#include <set>
#include <string_view>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/message.h"
#include "google/protobuf/timestamp.pb.h"
#include "sdk/base/history_printer.h"
#include "sdk/base/proto_time.h"
#include "sdk/converter/history_data.h"
#include "temporal/api/taskqueue/v1/message.pb.h"

namespace temporal::conformance {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using Fields = std::vector<std::pair<std::string, std::string>>;

// What two runs on one and the same server do not agree on.
const std::set<std::string, std::less<>> kLeftOut = {
    "event_time",
    "task_id",
    "identity",
    "last_worker_identity",
    "binary_checksum",
    "build_id",
    "worker_version",
    "stack_trace",
    "history_size_bytes",
    "first_workflow_task_backoff",  // counts from the time that a run took
    "external_payload_size_bytes",
    "execution_duration",
    "task_token",
    "clock",
    "worker_instance_key",
    "most_recent_worker_version_stamp",
    "external_payload_count",
    "last_worker_version_stamp",
    "assigned_build_id",
    "next_page_token"};
// Lists that the server answers in no particular order.
const std::set<std::string, std::less<>> kSorted = {"pending_activities", "core_used_flags", "lang_used_flags",
                                                    "request_id_infos"};

bool IsUuidAt(std::string_view text, std::size_t at) {
  static constexpr std::string_view kForm = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  if (at + kForm.size() > text.size()) return false;
  for (std::size_t i = 0; i < kForm.size(); ++i) {
    const char c = text[at + i];
    if (kForm[i] == '-' ? c != '-' : !std::isxdigit(static_cast<unsigned char>(c))) return false;
  }
  return true;
}

// Markers of local activities keep points in time as JSON.
std::string WithoutJsonTimes(const std::string& text) {
  static const std::regex kTime(R"("seconds":\d{10},"nanos":\d+)");
  return std::regex_replace(text, kTime, "<time>");
}

class Walker {
 public:
  explicit Walker(std::string suffix) : suffix_(std::move(suffix)) {}

  std::string Text(std::string text) {
    if (absl::StrContains(text, "original_schedule_time")) text = WithoutJsonTimes(text);
    if (!suffix_.empty()) text = absl::StrReplaceAll(text, {{suffix_, ""}});
    std::string result;
    for (std::size_t i = 0; i < text.size();) {
      if (!IsUuidAt(text, i)) {
        result += text[i++];
        continue;
      }
      const std::string uuid = text.substr(i, 36);
      const auto [known, added] = uuids_.emplace(uuid, uuids_.size() + 1);
      absl::StrAppend(&result, "<uuid", known->second, ">");
      i += 36;
    }
    return result;
  }

  void Walk(const Message& message, const std::string& path, Fields& out) {
    std::vector<const FieldDescriptor*> fields;
    const Reflection& reflection = *message.GetReflection();
    reflection.ListFields(message, &fields);
    for (const FieldDescriptor* field : fields) {
      if (kLeftOut.contains(field->name())) continue;
      const std::string below = path.empty() ? field->name() : absl::StrCat(path, ".", field->name());
      if (field->is_map()) {
        WalkMap(message, *field, below, out);
      } else if (field->is_repeated()) {
        WalkList(message, *field, below, out);
      } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        WalkMessage(reflection.GetMessage(message, field), below, out);
      } else {
        out.emplace_back(below, Scalar(message, *field, -1));
      }
    }
  }

 private:
  void WalkMessage(const Message& message, const std::string& path, Fields& out) {
    if (message.GetTypeName() == "google.protobuf.Timestamp") {
      out.emplace_back(path, "<time>");
    } else if (message.GetTypeName() == "google.protobuf.Duration") {
      google::protobuf::Duration duration;
      duration.CopyFrom(message);
      out.emplace_back(path, internal::PrintDuration(internal::FromProto(duration)));
    } else if (message.GetTypeName() == "temporal.api.taskqueue.v1.TaskQueue") {
      api::taskqueue::v1::TaskQueue queue;
      queue.CopyFrom(message);
      if (queue.kind() == api::enums::v1::TASK_QUEUE_KIND_STICKY) queue.set_name("<sticky>");
      Walk(queue, path, out);
    } else {
      const std::size_t before = out.size();
      Walk(message, path, out);
      if (out.size() == before) out.emplace_back(path, "{}");
    }
  }

  void WalkList(const Message& message, const FieldDescriptor& field, const std::string& path, Fields& out) {
    const Reflection& reflection = *message.GetReflection();
    const int size = reflection.FieldSize(message, &field);
    std::vector<Fields> elements;
    for (int i = 0; i < size; ++i) {
      Fields& element = elements.emplace_back();
      if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE)
        WalkMessage(reflection.GetRepeatedMessage(message, &field, i), "", element);
      else
        element.emplace_back("", Scalar(message, field, i));
    }
    if (kSorted.contains(field.name())) std::sort(elements.begin(), elements.end());
    for (std::size_t i = 0; i < elements.size(); ++i) Append(absl::StrCat(path, "[", i, "]"), elements[i], out);
  }

  void WalkMap(const Message& message, const FieldDescriptor& field, const std::string& path, Fields& out) {
    const Reflection& reflection = *message.GetReflection();
    const FieldDescriptor* key = field.message_type()->FindFieldByName("key");
    const FieldDescriptor* value = field.message_type()->FindFieldByName("value");
    std::map<std::string, Fields> entries;
    for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
      const Message& entry = reflection.GetRepeatedMessage(message, &field, i);
      Fields& fields = entries[Scalar(entry, *key, -1)];
      if (value->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE)
        WalkMessage(entry.GetReflection()->GetMessage(entry, value), "", fields);
      else
        fields.emplace_back("", Scalar(entry, *value, -1));
    }
    for (const auto& [name, fields] : entries) Append(absl::StrCat(path, "[", name, "]"), fields, out);
  }

  static void Append(const std::string& path, const Fields& fields, Fields& out) {
    for (const auto& [name, value] : fields) {
      const bool plain = name.empty() || name.front() == '[';
      out.emplace_back(plain ? path + name : absl::StrCat(path, ".", name), value);
    }
  }

  // A field that is no message; `index` is -1 unless it is a list.
  std::string Scalar(const Message& message, const FieldDescriptor& field, int index) {
    const Reflection& r = *message.GetReflection();
    const bool list = index >= 0;
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_INT32:
        return absl::StrCat(list ? r.GetRepeatedInt32(message, &field, index) : r.GetInt32(message, &field));
      case FieldDescriptor::CPPTYPE_INT64:
        return absl::StrCat(list ? r.GetRepeatedInt64(message, &field, index) : r.GetInt64(message, &field));
      case FieldDescriptor::CPPTYPE_UINT32:
        return absl::StrCat(list ? r.GetRepeatedUInt32(message, &field, index) : r.GetUInt32(message, &field));
      case FieldDescriptor::CPPTYPE_UINT64:
        return absl::StrCat(list ? r.GetRepeatedUInt64(message, &field, index) : r.GetUInt64(message, &field));
      case FieldDescriptor::CPPTYPE_DOUBLE:
        return absl::StrCat(list ? r.GetRepeatedDouble(message, &field, index) : r.GetDouble(message, &field));
      case FieldDescriptor::CPPTYPE_FLOAT:
        return absl::StrCat(list ? r.GetRepeatedFloat(message, &field, index) : r.GetFloat(message, &field));
      case FieldDescriptor::CPPTYPE_BOOL:
        return (list ? r.GetRepeatedBool(message, &field, index) : r.GetBool(message, &field)) ? "true" : "false";
      case FieldDescriptor::CPPTYPE_ENUM:
        return (list ? r.GetRepeatedEnum(message, &field, index) : r.GetEnum(message, &field))->name();
      case FieldDescriptor::CPPTYPE_STRING:
        return absl::Utf8SafeCEscape(
            Text(list ? r.GetRepeatedString(message, &field, index) : r.GetString(message, &field)));
      case FieldDescriptor::CPPTYPE_MESSAGE:
        break;
    }
    return "";
  }

  std::string suffix_;
  std::map<std::string, std::size_t> uuids_;
};

// The fields of the one set "…_event_attributes" stand without that prefix.
std::string WithoutAttributes(const std::string& path) {
  static constexpr std::string_view kMark = "_event_attributes.";
  const std::size_t at = path.find(kMark.data(), 0, kMark.size());
  return at == std::string::npos ? path : path.substr(at + kMark.size());
}

NormalItem NormaliseEvent(const api::history::v1::HistoryEvent& event, Walker& walker) {
  NormalItem item;
  const std::string printed = internal::PrintEvent(event, {.attributes = false});
  item.kind = printed.substr(printed.find(' ') + 1);
  Fields fields;
  walker.Walk(event, "", fields);
  for (auto& [path, value] : fields) {
    if (path != "event_type") item.fields.emplace_back(WithoutAttributes(path), std::move(value));
  }
  return item;
}

}  // namespace

std::string NormalItem::Print() const {
  std::string line;
  for (const auto& [name, value] : fields) {
    if (name == "event_id") line = value + " ";
  }
  line += kind;
  for (const auto& [name, value] : fields) {
    if (name != "event_id") absl::StrAppend(&line, " ", name, "=", value);
  }
  return line;
}

NormalRecord Normalise(const Record& record, const std::string& suffix) {
  Walker walker(suffix);
  NormalRecord result;
  for (const WorkflowHistory& history : record.histories) {
    auto& items = result.histories.emplace_back();
    for (const auto& event : history.data().history.events()) items.push_back(NormaliseEvent(event, walker));
  }
  for (const Answer& answer : record.answers) {
    NormalItem& item = result.answers.emplace_back();
    item.kind = answer.label;
    if (!answer.text.empty()) item.fields.emplace_back("text", walker.Text(answer.text));
    if (answer.message != nullptr) walker.Walk(*answer.message, "", item.fields);
  }
  return result;
}

}  // namespace temporal::conformance
