// What a start may say of a workflow, what the workflow knows of itself, and what it hands on to the next run.
#include <chrono>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sdk/base/history_printer.h"
#include "sdk/converter/history_data.h"
#include "temporal/temporal.h"
#include "temporal/testing/workflow_environment.h"

namespace temporal::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr WorkflowRef<std::string(int)> kWork{"Work"};
constexpr KeywordKey kCustomer{"CustomKeywordField"};
constexpr IntKey kCount{"CustomIntField"};

const MemoEntry kMemo[] = {{"who", ToPayload(std::string("me"))}};
constexpr SearchAttributeDefinition kDefinitions[] = {kCustomer, kCount};
const SearchAttributeUpdate kAttributes[] = {kCustomer.Set("c-1"), kCount.Set(3)};

// Everything that Info tells, in one text.
Task<std::string> TellAll(workflow::Context& ctx, int) {
  const workflow::Info& info = ctx.Info();
  std::string text =
      info.workflow_id + " " + info.workflow_type + " " + info.task_queue + " attempt " + std::to_string(info.attempt);
  text += " memo " + info.Memo<std::string>("who").value_or("-");
  text += " attributes " + kCustomer.In(info.search_attributes).value_or("-") + " " +
          std::to_string(kCount.In(info.search_attributes).value_or(-1));
  text += " priority " + std::to_string(info.priority.priority_key) + " " + std::string(info.priority.fairness_key);
  text += " retries " + std::to_string(info.retry_policy.maximum_attempts) + " " +
          std::string(info.retry_policy.non_retryable_error_types[0]);
  text += " root " + (info.root ? info.root->workflow_id : "-") + " parent " +
          (info.parent ? info.parent->workflow_id : "-");
  text += info.execution_expiration_time
              ? " expires " + std::to_string((*info.execution_expiration_time - info.start_time) / 1s)
              : "";
  co_return text;
}

TEST(StartOptions, All_AreToldToTheWorkflow) {
  WorkflowEnvironment env({.search_attributes = kDefinitions});
  env.RegisterWorkflow(kWork, TellAll);
  const std::string told =
      env.client().ExecuteWorkflow(kWork,
                                   {.id = "w-1",
                                    .execution_timeout = 1h,
                                    .retry_policy = {.maximum_attempts = 3, .non_retryable_error_types = {"Bad"}},
                                    .start_delay = 2s,
                                    .memo = kMemo,
                                    .search_attributes = kAttributes,
                                    .static_summary = "what it is about",
                                    .static_details = "more",
                                    .priority = {.priority_key = 2, .fairness_key = "tenant"}},
                                   1);
  EXPECT_THAT(told, HasSubstr("w-1 Work test attempt 1 memo me attributes c-1 3 priority 2 tenant retries 3 Bad"));
  EXPECT_THAT(told, HasSubstr("parent - expires 36"));
  const WorkflowHistory history = env.Histories().front();
  const auto& started = history.data().history.events(0);
  EXPECT_EQ(started.user_metadata().summary().data(), "\"what it is about\"");
  EXPECT_EQ(started.user_metadata().details().data(), "\"more\"");
  const auto description = env.client().GetWorkflowHandle("w-1").Describe();
  EXPECT_EQ(kCustomer.In(description.search_attributes), "c-1");
  EXPECT_EQ(description.static_summary, "what it is about");
  EXPECT_EQ(description.static_details, "more");
}

// Fails until the third attempt, which tells why the one before failed.
Task<std::string> FailsTwice(workflow::Context& ctx, int) {
  const workflow::Info& info = ctx.Info();
  if (info.attempt < 3) throw ApplicationFailure("attempt " + std::to_string(info.attempt), {.type = "Again"});
  co_return info.last_failure->message() + ", now " + std::to_string(info.attempt);
}

TEST(RunsOfOneChain, ARetry_KnowsWhyTheRunBeforeFailed) {
  WorkflowEnvironment env;
  env.RegisterWorkflow(kWork, FailsTwice);
  EXPECT_EQ(env.client().ExecuteWorkflow(kWork, {.id = "w-1", .retry_policy = {.maximum_attempts = 5}}, 1),
            "attempt 2, now 3");
}

// The first run hands everything on, changed or not.
Task<std::string> GoesOn(workflow::Context& ctx, int run) {
  const workflow::Info& info = ctx.Info();
  std::string told = info.Memo<std::string>("who").value_or("-") + " " +
                     kCustomer.In(info.search_attributes).value_or("-") + " " +
                     std::to_string(info.retry_policy.maximum_attempts);
  if (run == 0) ctx.ContinueAsNew(kWork, {}, 1);
  const MemoEntry memo[] = {{"who", ToPayload(std::string("you"))}};
  const SearchAttributeUpdate attributes[] = {kCustomer.Set("c-2")};
  if (run == 1) {
    if (told != "me c-1 4") throw ApplicationFailure("not handed on: " + told, {.non_retryable = true});
    ctx.ContinueAsNew(kWork,
                      {.run_timeout = 30min,
                       .task_timeout = 7s,
                       .backoff_start_interval = 10s,
                       .retry_policy = {.maximum_attempts = 2},
                       .memo = memo,
                       .search_attributes = attributes},
                      2);
  }
  co_return told + " " + std::to_string(info.run_timeout / 1min) + " " + std::to_string(info.task_timeout / 1s);
}

TEST(RunsOfOneChain, ContinueAsNew_HandsOnWhatItDoesNotChange) {
  WorkflowEnvironment env({.search_attributes = kDefinitions});
  env.RegisterWorkflow(kWork, GoesOn);
  const auto started = env.CurrentTime();
  EXPECT_EQ(
      env.client().ExecuteWorkflow(
          kWork,
          {.id = "w-1", .retry_policy = {.maximum_attempts = 4}, .memo = kMemo, .search_attributes = kAttributes}, 0),
      "you c-2 2 30 7");
  EXPECT_GE(env.CurrentTime() - started, 10s);
  EXPECT_EQ(env.Histories().size(), 3u);
}

}  // namespace
}  // namespace temporal::test
