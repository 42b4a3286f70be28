// One thread waits for the signals, since hardly anything may be done inside a handler.
#include "fake-server/clock/stop_signals.h"

#include <pthread.h>

namespace temporal::server {
namespace {

sigset_t Watched() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGINT, SIGTERM, SIGUSR2}) sigaddset(&set, signal);
  return set;
}

}  // namespace

StopSignals::StopSignals(WallLoop& loop) {
  const sigset_t watched = Watched();
  pthread_sigmask(SIG_BLOCK, &watched, &before_);
  waiter_ = std::thread([&loop, watched] {
    int signal = 0;
    sigwait(&watched, &signal);
    if (signal == SIGUSR2) return;  // the destructor's
    loop.Stop();
    sigset_t end;
    sigemptyset(&end);
    sigaddset(&end, SIGUSR2);
    sigset_t unblocked = watched;
    sigdelset(&unblocked, SIGUSR2);
    pthread_sigmask(SIG_UNBLOCK, &unblocked, nullptr);  // a second one meets its default
    sigwait(&end, &signal);
  });
}

StopSignals::~StopSignals() {
  pthread_kill(waiter_.native_handle(), SIGUSR2);
  waiter_.join();
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

}  // namespace temporal::server
