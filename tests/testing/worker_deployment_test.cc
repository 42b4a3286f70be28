// A worker as a version of a deployment: what it tells the server, and which options are not whole.
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "temporal/testing/testing.h"
#include "tests/testing/sample_workflows.h"

namespace temporal::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

WorkflowEnvironmentOptions Deployed(const WorkerDeploymentOptions& deployment) {
  return {.worker = {.deployment = deployment}};
}

// The lines of the history that tell of completed workflow tasks, with their version.
std::vector<std::string> Completions(const WorkflowHistory& history) {
  std::vector<std::string> lines;
  std::istringstream in(history.Print());
  for (std::string line; std::getline(in, line);) {
    if (line.find("WorkflowTaskCompleted") != std::string::npos) lines.push_back(line);
  }
  return lines;
}

TEST(WorkerDeployment, VersionAndDefaultBehavior_AreInTheHistory) {
  WorkflowEnvironment env(Deployed({.version = {"ingestion", "v2.3.0"},
                                    .use_worker_versioning = true,
                                    .default_versioning_behavior = VersioningBehavior::kPinned}));
  env.RegisterWorkflow<Listener>(kListener);
  auto handle = env.client().SignalWithStart(env.client().WithStart(kListener, {.id = "l"}), kTell, "news");
  EXPECT_EQ(handle.Result(), "news");
  EXPECT_THAT(Completions(handle.FetchHistory()),
              ElementsAre(HasSubstr("versioning_behavior=Pinned worker_deployment_name=ingestion "
                                    "deployment_version={build_id=v2.3.0 deployment_name=ingestion}")));
  const SearchAttributes found = handle.Describe().search_attributes;
  EXPECT_EQ(KeywordKey("TemporalWorkerDeploymentVersion").In(found), "ingestion:v2.3.0");
  EXPECT_EQ(KeywordKey("TemporalWorkflowVersioningBehavior").In(found), "Pinned");
  EXPECT_EQ(KeywordListKey("BuildIds").In(found), std::vector<std::string>{"pinned:ingestion:v2.3.0"});
}

TEST(WorkerDeployment, WorkflowsOwnBehavior_GoesBeforeTheDefault) {
  WorkflowEnvironment env(Deployed({.version = {"ingestion", "v2.3.0"},
                                    .use_worker_versioning = true,
                                    .default_versioning_behavior = VersioningBehavior::kPinned}));
  env.RegisterWorkflow(kSleeper, RunSleeper, {.versioning_behavior = VersioningBehavior::kAutoUpgrade});
  auto handle = env.client().StartWorkflow(kSleeper, {.id = "s"}, 1);
  handle.Result();
  EXPECT_THAT(handle.FetchHistory().Print(), HasSubstr("versioning_behavior=AutoUpgrade"));
  const SearchAttributes found = handle.Describe().search_attributes;
  EXPECT_EQ(KeywordKey("TemporalWorkflowVersioningBehavior").In(found), "AutoUpgrade");
  EXPECT_EQ(KeywordListKey("TemporalUsedWorkerDeploymentVersions").In(found),
            std::vector<std::string>{"ingestion:v2.3.0"});
}

TEST(WorkerDeployment, NotVersioned_OnlyTheNameIsTold) {
  WorkflowEnvironment env(Deployed({.version = {"ingestion", "v2.3.0"}}));
  env.RegisterWorkflow(kSleeper, RunSleeper);
  auto handle = env.client().StartWorkflow(kSleeper, {.id = "s"}, 0);
  handle.Result();
  const std::string history = handle.FetchHistory().Print();
  EXPECT_THAT(history, HasSubstr("ingestion"));
  EXPECT_THAT(history, Not(HasSubstr("v2.3.0")));
}

TEST(WorkerDeployment, VersionIsNotWhole_StartThrows) {
  WorkflowEnvironment env;
  worker::Worker nameless(env.client(),
                          {.task_queue = "q", .deployment = {.version = {"", "v1"}, .use_worker_versioning = true}});
  nameless.RegisterWorkflow(kSleeper, RunSleeper);
  try {
    nameless.Start();
    FAIL() << "it was started";
  } catch (const std::logic_error& error) {
    EXPECT_STREQ(error.what(), "WorkerOptions::deployment needs both a deployment name and a build id");
  }
}

TEST(WorkerDeployment, WorkflowWithoutBehavior_StartThrows) {
  WorkflowEnvironment env;
  worker::Worker worker(env.client(),
                        {.task_queue = "q", .deployment = {.version = {"d", "v1"}, .use_worker_versioning = true}});
  worker.RegisterWorkflow(kSleeper, RunSleeper);
  try {
    worker.Start();
    FAIL() << "it was started";
  } catch (const std::logic_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("workflow Sleeper needs a versioning behaviour"));
  }
}

}  // namespace
}  // namespace temporal::test
