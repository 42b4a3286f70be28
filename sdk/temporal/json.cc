// The one place where nlohmann-json parses and prints.
#include "temporal/json.h"

namespace temporal::internal {
namespace {

std::string Beginning(std::string_view text) {
  constexpr std::size_t kMost = 200;
  return std::string(text.substr(0, kMost)) + (text.size() > kMost ? "…" : "");
}

}  // namespace

nlohmann::json ParseJson(std::string_view text) {
  try {
    return nlohmann::json::parse(text);
  } catch (const nlohmann::json::exception& error) {
    throw ConversionError("malformed JSON: " + std::string(error.what()) + "; it begins: " + Beginning(text));
  }
}

std::string PrintJson(const nlohmann::json& value) {
  try {
    return value.dump();
  } catch (const nlohmann::json::exception&) {
    throw ConversionError("a string that is to become JSON is not UTF-8; send it as temporal::Bytes");
  }
}

void ThrowJsonMismatch(const char* what, std::string_view text) {
  throw ConversionError("the JSON does not have the shape that the code expects: " + std::string(what) +
                        "; it is: " + Beginning(text));
}

}  // namespace temporal::internal
