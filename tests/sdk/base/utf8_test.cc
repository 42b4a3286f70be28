// Text that is no UTF-8: how it is told, where it is looked for, what takes its place.
#include "sdk/base/utf8.h"

#include <string>

#include "gtest/gtest.h"
#include "temporal/api/workflowservice/v1/request_response.pb.h"

namespace temporal::internal {
namespace {

constexpr char kMark[] = "\xEF\xBF\xBD";

TEST(Utf8, Texts_AreToldApart) {
  for (const char* text :
       {"", "a", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80", "\xED\x9F\xBF", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_TRUE(IsUtf8(text)) << text;
    EXPECT_EQ(ToUtf8(text), text);
  }
  for (const char* text : {"\xFF\xFE", "a\x80", "\xC3", "\xC0\x80", "\xE2\x82", "\xE0\x80\x80", "\xED\xA0\x80",
                           "\xF0\x80\x80\x80", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80"}) {
    EXPECT_FALSE(IsUtf8(text)) << text;
    EXPECT_TRUE(IsUtf8(ToUtf8(text))) << text;
  }
  EXPECT_EQ(ToUtf8("a\xC3\xA9\xFF"
                   "b"),
            std::string("a\xC3\xA9") + kMark + "b");
}

TEST(Utf8, Messages_AreSearchedToTheirDepthAndTheFieldIsNamed) {
  api::workflowservice::v1::StartWorkflowExecutionRequest request;
  request.mutable_input()->add_payloads();
  request.mutable_input()->add_payloads()->set_data("\xFF");
  (*request.mutable_input()->mutable_payloads(1)->mutable_metadata())["encoding"] = "\xFF";
  EXPECT_EQ(FindInvalidUtf8(request), "") << "data are bytes, and so are metadata";
  (*request.mutable_input()->mutable_payloads(1)->mutable_metadata())["\xFF"];
  EXPECT_EQ(FindInvalidUtf8(request), "input.payloads[1].metadata") << "but for their names";
  request.clear_input();
  request.mutable_retry_policy()->add_non_retryable_error_types("a\x80");
  EXPECT_EQ(FindInvalidUtf8(request), "retry_policy.non_retryable_error_types[0]");
  request.mutable_retry_policy()->clear_non_retryable_error_types();
  (*request.mutable_memo()->mutable_fields())["\xFF"];
  EXPECT_EQ(FindInvalidUtf8(request), "memo.fields[0].key");
}

TEST(Utf8, Messages_AreMendedToTheirDepth) {
  api::workflowservice::v1::StartWorkflowExecutionRequest request;
  request.set_workflow_id("\xFF");
  request.set_identity("me");
  request.mutable_task_queue()->set_name("q\x80");
  request.mutable_retry_policy()->add_non_retryable_error_types("a\x80");
  request.mutable_input()->add_payloads()->set_data("\xFF");
  MakeUtf8(request);
  EXPECT_EQ(request.workflow_id(), kMark);
  EXPECT_EQ(request.identity(), "me");
  EXPECT_EQ(request.task_queue().name(), std::string("q") + kMark);
  EXPECT_EQ(request.retry_policy().non_retryable_error_types(0), std::string("a") + kMark);
  EXPECT_EQ(request.input().payloads(0).data(), "\xFF") << "data are bytes";
}

}  // namespace
}  // namespace temporal::internal
