// What an operation came to, as one line of text.
#ifndef TEMPORAL_TESTS_SUPPORT_FAILURE_CHAIN_H_
#define TEMPORAL_TESTS_SUPPORT_FAILURE_CHAIN_H_

#include <string>

#include "temporal/workflow.h"

namespace temporal::test {

// The messages of an outcome's failure and of all that caused it, outermost first: "Activity failed < boom".
template <class T>
std::string ChainOf(const Outcome<T>& outcome) {
  std::string text;
  for (const Failure* at = outcome.failure(); at != nullptr; at = at->cause().get()) {
    text += (text.empty() ? "" : " < ") + at->message();
  }
  return text.empty() ? "no failure" : text;
}

}  // namespace temporal::test

#endif  // TEMPORAL_TESTS_SUPPORT_FAILURE_CHAIN_H_
