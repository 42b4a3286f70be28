// Walks a message beside its descriptor and changes the payloads that it meets.
#include "sdk/converter/message_codec.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "google/protobuf/any.pb.h"
#include "google/protobuf/descriptor.h"
#include "sdk/base/history_printer.h"
#include "sdk/converter/payload_converter.h"
#include "temporal/api/command/v1/message.pb.h"
#include "temporal/api/common/v1/message.pb.h"
#include "temporal/api/failure/v1/message.pb.h"
#include "temporal/api/history/v1/message.pb.h"
#include "temporal/api/update/v1/message.pb.h"
#include "temporal/api/workflow/v1/message.pb.h"
#include "temporal/json.h"

namespace temporal::internal {
namespace {

using google::protobuf::Any;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MessageFactory;
using google::protobuf::Reflection;
namespace common = api::common::v1;
using api::command::v1::Command;
using api::history::v1::HistoryEvent;
using api::workflow::v1::PendingActivityInfo;
using api::workflow::v1::WorkflowExecutionInfo;

enum class Direction { kEncode, kDecode };

// What other SDKs do as well; FromProto takes the payload apart again.
void HideAttributes(api::failure::v1::Failure& failure) {
  if (failure.has_encoded_attributes()) return;
  const nlohmann::json attributes = {{"message", failure.message()}, {"stack_trace", failure.stack_trace()}};
  *failure.mutable_encoded_attributes() = ToProto(EncodeJsonText(PrintJson(attributes)));
  failure.set_message("Encoded failure");
  failure.clear_stack_trace();
}

// The SDK's own notes in core's markers, which core writes and reads beneath the codec: only the results in them are
// the user's.
bool IsNoteOfMarker(const Message& message, const std::string& key) {
  if (key != "data" && key != "patch-data") return false;
  const auto* type = message.GetDescriptor();
  std::string name;
  if (type == api::command::v1::RecordMarkerCommandAttributes::descriptor()) {
    name = static_cast<const api::command::v1::RecordMarkerCommandAttributes&>(message).marker_name();
  } else if (type == api::history::v1::MarkerRecordedEventAttributes::descriptor()) {
    name = static_cast<const api::history::v1::MarkerRecordedEventAttributes&>(message).marker_name();
  }
  return name.starts_with("core_");
}

// The child whose summary and details these are: the server hands them to it. Null if it is no such event or command.
const std::string* StartedChild(const HistoryEvent& event) {
  if (!event.has_start_child_workflow_execution_initiated_event_attributes()) return nullptr;
  return &event.start_child_workflow_execution_initiated_event_attributes().workflow_id();
}
const std::string* StartedChild(const Command& command) {
  if (!command.has_start_child_workflow_execution_command_attributes()) return nullptr;
  return &command.start_child_workflow_execution_command_attributes().workflow_id();
}

}  // namespace

SerializationContext ContextOf(const Message& message, const SerializationContext& around) {
  SerializationContext context = around;
  const auto& type = *message.GetDescriptor();
  const Reflection& reflection = *message.GetReflection();
  const auto text = [&](const char* name) -> std::string_view {
    const FieldDescriptor* field = type.FindFieldByName(name);
    if (field == nullptr || field->is_repeated() || field->cpp_type() != FieldDescriptor::CPPTYPE_STRING) return "";
    std::string scratch;
    return reflection.GetStringReference(message, field, &scratch);  // a plain string: nothing is written to scratch
  };
  if (const auto name_space = text("namespace"); !name_space.empty()) context.namespace_ = name_space;
  if (const auto id = text("workflow_id"); !id.empty()) context.workflow_id = id;
  for (const char* name : {"workflow_execution", "execution", "update_ref"}) {
    const FieldDescriptor* field = type.FindFieldByName(name);
    if (field == nullptr || field->is_repeated() || field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    const Message& member = reflection.GetMessage(message, field);
    if (field->message_type() == common::WorkflowExecution::descriptor()) {
      const auto& id = static_cast<const common::WorkflowExecution&>(member).workflow_id();
      if (!id.empty()) context.workflow_id = id;
    } else if (field->message_type() == api::update::v1::UpdateRef::descriptor()) {
      context = ContextOf(member, context);
    }
  }
  return context;
}

namespace {

class Walk {
 public:
  Walk(const DataConverter& converter, Direction direction, ActivityContexts& activities)
      : converter_(converter), direction_(direction), activities_(activities) {}

  void Visit(Message& message, SerializationContext context) {
    const auto* type = message.GetDescriptor();
    if (type == common::SearchAttributes::descriptor() || type == common::Header::descriptor()) return;
    if (type == Any::descriptor()) return VisitAny(static_cast<Any&>(message), context);
    if (type == common::Payload::descriptor()) return Single(static_cast<common::Payload&>(message), context);
    if (type == common::Payloads::descriptor()) return Several(static_cast<common::Payloads&>(message), context);
    if (type == api::failure::v1::Failure::descriptor() && direction_ == Direction::kEncode &&
        converter_.encode_failure_attributes) {
      HideAttributes(static_cast<api::failure::v1::Failure&>(message));
    }
    if (type == HistoryEvent::descriptor()) return VisitEvent(static_cast<HistoryEvent&>(message), context);
    if (type == Command::descriptor()) return VisitWhole(static_cast<Command&>(message), context);
    if (type == WorkflowExecutionInfo::descriptor()) {  // stands before the activities in a description
      activities_.set_workflow_type(static_cast<WorkflowExecutionInfo&>(message).type().name());
    }
    if (type == PendingActivityInfo::descriptor()) {
      return VisitFields(message, activities_.Of(static_cast<PendingActivityInfo&>(message), context));
    }
    VisitFields(message, ContextOf(message, context));
  }

 private:
  void VisitEvent(HistoryEvent& event, const SerializationContext& context) {
    try {
      VisitWhole(event, context);
    } catch (const std::exception& error) {
      throw ConversionError("event " + PrintEvent(event, {.attributes = false}) + ": " + error.what());
    }
  }

  // An event or a command: attributes of an activity or of a workflow, and what the UI shows of it beside them.
  template <class Whole>
  void VisitWhole(Whole& whole, const SerializationContext& context) {
    SerializationContext shown = context;
    if (const std::string* child = StartedChild(whole)) shown.workflow_id = *child;
    const SerializationContext of_attributes = activities_.Of(whole, context);
    for (const FieldDescriptor* field : SetFields(whole)) {
      VisitField(whole, *field, field->real_containing_oneof() != nullptr ? of_attributes : shown);
    }
  }

  static std::vector<const FieldDescriptor*> SetFields(const Message& message) {
    std::vector<const FieldDescriptor*> fields;
    message.GetReflection()->ListFields(message, &fields);
    return fields;
  }

  void VisitFields(Message& message, const SerializationContext& context) {
    for (const FieldDescriptor* field : SetFields(message)) VisitField(message, *field, context);
  }

  void VisitField(Message& message, const FieldDescriptor& field, const SerializationContext& context) {
    if (field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) return;
    const Reflection& reflection = *message.GetReflection();
    if (!field.is_repeated()) return Visit(*reflection.MutableMessage(&message, &field), context);
    if (field.is_map()) return VisitMap(message, field, context);
    const int size = reflection.FieldSize(message, &field);
    for (int i = 0; i < size; ++i) Visit(*reflection.MutableRepeatedMessage(&message, &field, i), context);
  }

  // In the order of the keys: a codec may draw numbers.
  void VisitMap(Message& message, const FieldDescriptor& field, const SerializationContext& context) {
    const FieldDescriptor* key = field.message_type()->map_key();
    if (field.message_type()->map_value()->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) return;
    const Reflection& reflection = *message.GetReflection();
    std::multimap<std::string, Message*> entries;
    const int size = reflection.FieldSize(message, &field);
    for (int i = 0; i < size; ++i) {
      Message* entry = reflection.MutableRepeatedMessage(&message, &field, i);
      const bool text = key->cpp_type() == FieldDescriptor::CPPTYPE_STRING;
      entries.emplace(text ? entry->GetReflection()->GetString(*entry, key) : "", entry);
    }
    for (const auto& [name, entry] : entries) {
      if (!IsNoteOfMarker(message, name)) VisitFields(*entry, context);
    }
  }

  // What is packed is known to be one of the API's messages, or left as it is.
  void VisitAny(Any& any, const SerializationContext& context) {
    const std::string name = any.type_url().substr(any.type_url().rfind('/') + 1);
    const auto* type = google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(name);
    if (type == nullptr) return;
    const std::unique_ptr<Message> packed(MessageFactory::generated_factory()->GetPrototype(type)->New());
    if (!packed->ParseFromString(any.value())) return;
    Visit(*packed, context);
    packed->SerializeToString(any.mutable_value());
  }

  Payloads Apply(Payloads payloads, const SerializationContext& context) const {
    return direction_ == Direction::kEncode ? converter_.codec->Encode(std::move(payloads), context)
                                            : converter_.codec->Decode(std::move(payloads), context);
  }

  void Single(common::Payload& payload, const SerializationContext& context) const {
    if (converter_.codec == nullptr) return;
    const Payloads changed = Apply({FromProto(payload)}, context);
    if (changed.size() != 1) {
      throw ConversionError("the payload codec made " + std::to_string(changed.size()) +
                            " payloads where exactly one may stand");
    }
    payload = ToProto(changed.front());
  }

  void Several(common::Payloads& payloads, const SerializationContext& context) const {
    if (converter_.codec == nullptr || payloads.payloads().empty()) return;
    payloads = ToProto(Apply(FromProto(payloads), context));
  }

  const DataConverter& converter_;
  const Direction direction_;
  ActivityContexts& activities_;
};

void Apply(const DataConverter& converter, Direction direction, const SerializationContext& context, Message& message,
           ActivityContexts* activities) {
  ActivityContexts own;
  Walk(converter, direction, activities == nullptr ? own : *activities).Visit(message, context);
}

}  // namespace

void EncodeMessage(const DataConverter& converter, const SerializationContext& context, Message& message,
                   ActivityContexts* activities) {
  if (Encodes(converter)) Apply(converter, Direction::kEncode, context, message, activities);
}

void DecodeMessage(const DataConverter& converter, const SerializationContext& context, Message& message,
                   ActivityContexts* activities) {
  if (Decodes(converter)) Apply(converter, Direction::kDecode, context, message, activities);
}

}  // namespace temporal::internal
