// Text that is no UTF-8, and where it is looked for.
#include "fake-server/frontend/utf8_check.h"

#include "gtest/gtest.h"
#include "tests/support/server_harness.h"

namespace temporal::server {
namespace {

TEST(Utf8Check, Texts) {
  for (const char* text :
       {"", "a", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80", "\xED\x9F\xBF", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_TRUE(IsUtf8(text)) << text;
  }
  for (const char* text : {"\xFF\xFE", "a\x80", "\xC3", "\xC0\x80", "\xE2\x82", "\xE0\x80\x80", "\xED\xA0\x80",
                           "\xF0\x80\x80\x80", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80"}) {
    EXPECT_FALSE(IsUtf8(text)) << text;
  }
}

TEST(Utf8Check, Messages_AreSearchedToTheirDepth) {
  wf::StartWorkflowExecutionRequest request;
  request.mutable_input()->add_payloads()->set_data("\xFF");
  (*request.mutable_input()->mutable_payloads(0)->mutable_metadata())["encoding"] = "\xFF";
  EXPECT_FALSE(HasInvalidUtf8(request)) << "data are bytes, and so are metadata";
  (*request.mutable_input()->mutable_payloads(0)->mutable_metadata())["\xFF"];
  EXPECT_TRUE(HasInvalidUtf8(request)) << "but for their names";
  request.clear_input();
  request.mutable_retry_policy()->add_non_retryable_error_types("a\x80");
  EXPECT_TRUE(HasInvalidUtf8(request));
  request.mutable_retry_policy()->clear_non_retryable_error_types();
  (*request.mutable_memo()->mutable_fields())["\xFF"];
  EXPECT_TRUE(HasInvalidUtf8(request));
}

TEST(Utf8Check, CallInProcess_IsAnsweredLikeOneOverGrpc) {
  ServerHarness server;
  wf::StartWorkflowExecutionRequest request;
  request.set_workflow_id("\xFF\xFE");
  const auto got = server.Call<rpc::StartWorkflowExecution>(request);
  EXPECT_EQ(got.status(),
            absl::InternalError("grpc: error unmarshalling request: string field contains invalid UTF-8"));
}

}  // namespace
}  // namespace temporal::server
