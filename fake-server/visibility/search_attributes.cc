// The registry of names and the rules for what a request may set.
#include "fake-server/visibility/search_attributes.h"

#include <set>
#include <vector>

#include "absl/strings/str_cat.h"
#include "fake-server/history/service_errors.h"
#include "fake-server/visibility/search_attribute_value.h"
#include "temporal/api/common/v1/message.pb.h"

namespace temporal::server {
namespace {

using Type = SearchAttributeRegistry::Type;
using Types = SearchAttributeRegistry::Types;
using Fit = SearchAttributeValue::Fit;
using api::common::v1::Payload;
using api::common::v1::SearchAttributes;

constexpr std::size_t kMaxKeys = 100;
constexpr std::size_t kMaxValueBytes = 2 * 1024;
constexpr std::size_t kMaxTotalBytes = 40 * 1024;

constexpr Type kText = Type::INDEXED_VALUE_TYPE_TEXT, kKeyword = Type::INDEXED_VALUE_TYPE_KEYWORD,
               kInt = Type::INDEXED_VALUE_TYPE_INT, kDouble = Type::INDEXED_VALUE_TYPE_DOUBLE,
               kBool = Type::INDEXED_VALUE_TYPE_BOOL, kDatetime = Type::INDEXED_VALUE_TYPE_DATETIME,
               kKeywordList = Type::INDEXED_VALUE_TYPE_KEYWORD_LIST;

// Set by the server alone.
const Types& OwnAttributes() {
  static const Types* const kTypes = new Types{
      {"CloseTime", kDatetime},
      {"ExecutionDuration", kInt},
      {"ExecutionStatus", kKeyword},
      {"ExecutionTime", kDatetime},
      {"HistoryLength", kInt},
      {"HistorySizeBytes", kInt},
      {"ParentRunId", kKeyword},
      {"ParentWorkflowId", kKeyword},
      {"RootRunId", kKeyword},
      {"RootWorkflowId", kKeyword},
      {"RunId", kKeyword},
      {"StartTime", kDatetime},
      {"StateTransitionCount", kInt},
      {"TaskQueue", kKeyword},
      {"WorkflowId", kKeyword},
      {"WorkflowType", kKeyword},
  };
  return *kTypes;
}

// Defined by the server, set by its features and, where nothing forbids it, by requests.
const Types& PredefinedAttributes() {
  static const Types* const kTypes = new Types{
      {"BatcherNamespace", kKeyword},
      {"BatcherUser", kKeyword},
      {"BinaryChecksums", kKeywordList},
      {"BuildIds", kKeywordList},
      {"TemporalChangeVersion", kKeywordList},
      {"TemporalExternalPayloadCount", kInt},
      {"TemporalExternalPayloadSizeBytes", kInt},
      {"TemporalNamespaceDivision", kKeyword},
      {"TemporalPauseInfo", kKeywordList},
      {"TemporalReportedProblems", kKeywordList},
      {"TemporalSchedulePaused", kBool},
      {"TemporalScheduledById", kKeyword},
      {"TemporalScheduledStartTime", kDatetime},
      {"TemporalUsedWorkerDeploymentVersions", kKeywordList},
      {"TemporalWorkerDeployment", kKeyword},
      {"TemporalWorkerDeploymentVersion", kKeyword},
      {"TemporalWorkflowVersioningBehavior", kKeyword},
  };
  return *kTypes;
}

// How many custom ones of a type a namespace can have.
std::size_t Limit(Type type) {
  if (type == Type::INDEXED_VALUE_TYPE_UNSPECIFIED) return 0;
  return type == kKeyword ? 10 : 3;
}

bool IsReserved(const std::string& name) {
  return name.starts_with("Temporal") || SearchAttributeRegistry::System().contains(name);
}

absl::Status CheckSizes(const std::vector<std::pair<std::string_view, const Payload*>>& values) {
  std::size_t total = 0;
  for (const auto& [name, payload] : values) {
    const std::size_t size = payload->data().size();
    if (size > kMaxValueBytes) {
      return InvalidArgument(absl::StrCat("search attribute ", absl::string_view(name.data(), name.size()),
                                          " value size ", size, " exceeds size limit ", kMaxValueBytes));
    }
    total += name.size() + size;
  }
  if (total <= kMaxTotalBytes) return absl::OkStatus();
  return InvalidArgument(
      absl::StrCat("total size of search attributes ", total, " exceeds size limit ", kMaxTotalBytes));
}

}  // namespace

const Types& SearchAttributeRegistry::System() {
  static const Types* const kTypes = [] {
    auto* all = new Types(OwnAttributes());
    all->insert(PredefinedAttributes().begin(), PredefinedAttributes().end());
    return all;
  }();
  return *kTypes;
}

const Types& SearchAttributeRegistry::Custom(std::string_view namespace_name) const {
  static const Types* const kNone = new Types();
  const auto found = custom_.find(namespace_name);
  return found == custom_.end() ? *kNone : found->second;
}

absl::Status SearchAttributeRegistry::Add(std::string_view namespace_name, const Types& attributes) {
  Types after = Custom(namespace_name);
  for (const auto& [name, type] : attributes) {
    if (IsReserved(name)) return InvalidArgument(absl::StrCat("Search attribute ", name, " is reserved by system."));
    if (!api::enums::v1::IndexedValueType_IsValid(type)) {
      return InvalidArgument(absl::StrCat("Unknown search attribute type: ", static_cast<int>(type), "."));
    }
    if (!after.emplace(name, type).second) continue;
    std::size_t count = 0;
    for (const auto& [other, other_type] : after) count += other_type == type ? 1 : 0;
    if (count > Limit(type)) {
      const std::string_view type_name = TypeName(type);
      return InvalidArgument(absl::StrCat("Unable to create search attributes: cannot have more than ", Limit(type),
                                          " search attribute of type ",
                                          absl::string_view(type_name.data(), type_name.size()), "."));
    }
  }
  custom_.insert_or_assign(std::string(namespace_name), std::move(after));
  return absl::OkStatus();
}

absl::Status SearchAttributeRegistry::Remove(std::string_view namespace_name, std::string_view name) {
  if (System().contains(name)) {
    return InvalidArgument(absl::StrCat(
        "Unable to remove non-custom search attributes: ", absl::string_view(name.data(), name.size()), "."));
  }
  const auto found = custom_.find(namespace_name);
  if (found != custom_.end()) found->second.erase(std::string(name));
  return absl::OkStatus();
}

std::optional<Type> SearchAttributeRegistry::Find(std::string_view namespace_name, std::string_view name) const {
  for (const Types* types : {&System(), &Custom(namespace_name)}) {
    if (const auto found = types->find(name); found != types->end()) return found->second;
  }
  return std::nullopt;
}

absl::Status SearchAttributeRegistry::Validate(std::string_view namespace_name,
                                               const SearchAttributes& attributes) const {
  SearchAttributes copy = attributes;
  return Normalise(namespace_name, copy);
}

absl::Status SearchAttributeRegistry::Normalise(std::string_view namespace_name, SearchAttributes& attributes) const {
  auto& fields = *attributes.mutable_indexed_fields();
  std::set<std::string> names;
  for (const auto& [name, payload] : fields) names.insert(name);
  for (const std::string& name : names) {
    if (!Find(namespace_name, name).has_value()) {
      return InvalidArgument(absl::StrCat("Namespace ", absl::string_view(namespace_name.data(), namespace_name.size()),
                                          " has no mapping defined for search attribute ", name));
    }
  }
  if (names.size() > kMaxKeys) {
    return InvalidArgument(absl::StrCat("number of search attributes ", names.size(), " exceeds limit ", kMaxKeys));
  }
  std::vector<std::pair<std::string_view, const Payload*>> values;
  for (const std::string& name : names) {
    if (OwnAttributes().contains(name)) {
      return InvalidArgument(absl::StrCat(name, " attribute can't be set in SearchAttributes"));
    }
    const Type type = *Find(namespace_name, name);
    Payload& payload = fields[name];
    const SearchAttributeValue value = ReadSearchAttribute(payload, type);
    const std::string_view type_name = TypeName(type);
    if (value.fit == Fit::kWrong) {
      return InvalidArgument(absl::StrCat("invalid value for search attribute ", name, " of type ",
                                          absl::string_view(type_name.data(), type_name.size()), ": ", value.shown));
    }
    values.emplace_back(name, &payload);
  }
  if (auto status = CheckSizes(values); !status.ok()) return status;
  for (const std::string& name : names)
    (*fields[name].mutable_metadata())["type"] = TypeName(*Find(namespace_name, name));
  return absl::OkStatus();
}

void SearchAttributeRegistry::DropUnset(SearchAttributes& attributes) {
  auto& fields = *attributes.mutable_indexed_fields();
  for (auto field = fields.begin(); field != fields.end();) {
    if (ReadSearchAttribute(field->second, kKeywordList).fit == Fit::kUnset) {
      field = fields.erase(field);
    } else {
      ++field;
    }
  }
}

std::string_view TypeName(Type type) {
  switch (type) {
    case kText:
      return "Text";
    case kKeyword:
      return "Keyword";
    case kInt:
      return "Int";
    case kDouble:
      return "Double";
    case kBool:
      return "Bool";
    case kDatetime:
      return "Datetime";
    case kKeywordList:
      return "KeywordList";
    default:
      return "Unspecified";
  }
}

}  // namespace temporal::server
