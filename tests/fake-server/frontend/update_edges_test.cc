// Updates at the edges: which rejections leave no trace, and what hardly any worker or client sends.
#include <string>

#include "tests/fake-server/frontend/update_fixture.h"

namespace temporal::server {
namespace {

class UpdateEdgesTest : public UpdateTest {
 protected:
  // A rejection after a task whose completion started so many timers.
  void RejectAfterTimers(int timers, bool discards) {
    run_id_ = server_.Start("w");
    Completion first = For(server_.Poll());
    for (int i = 0; i < timers; ++i) {
      auto& command = *first.add_commands();
      command.set_command_type(api::enums::v1::COMMAND_TYPE_START_TIMER);
      command.mutable_start_timer_command_attributes()->set_timer_id(std::to_string(i));
      command.mutable_start_timer_command_attributes()->mutable_start_to_fire_timeout()->set_seconds(100);
    }
    Send(first);
    const auto update = Update();
    Completion rejecting = For(server_.Poll());
    Reject(rejecting, "u1");
    rejecting.mutable_capabilities()->set_discard_speculative_workflow_task_with_events(discards);
    Send(rejecting);
    EXPECT_EQ(Told(update), "Completed: failure no");
  }
};

TEST_F(UpdateEdgesTest, RejectedAfterTenEvents_WorkersThatDiscardThemLeaveNoTrace) {
  RejectAfterTimers(10, /*discards=*/true);
  EXPECT_EQ(server_.server().History(run_id_).events_size(), 4 + 10);
}

TEST_F(UpdateEdgesTest, RejectedAfterElevenEvents_TheTaskIsWritten) {
  RejectAfterTimers(11, /*discards=*/true);
  EXPECT_EQ(server_.server().History(run_id_).events_size(), 4 + 11 + 3);
}

TEST_F(UpdateEdgesTest, RejectedWithoutEvents_NoWorkerNeedsToDiscardAny) {
  RejectAfterTimers(0, /*discards=*/false);
  EXPECT_EQ(server_.server().History(run_id_).events_size(), 4);
}

TEST_F(UpdateEdgesTest, RejectedAfterAnEvent_OtherWorkersSeeTheTaskWritten) {
  RejectAfterTimers(1, /*discards=*/false);
  EXPECT_EQ(server_.server().History(run_id_).events_size(), 4 + 1 + 3);
}

}  // namespace
}  // namespace temporal::server
