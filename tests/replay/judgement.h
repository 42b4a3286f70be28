// What a recorded history of another SDK is judged to be: replayed against its workflow's re-write, and refused for a
// reason of the right kind, or not.
#ifndef TEMPORAL_TESTS_REPLAY_JUDGEMENT_H_
#define TEMPORAL_TESTS_REPLAY_JUDGEMENT_H_

#include <string>
#include <string_view>

#include "tests/replay/foreign/rewrites.h"

namespace temporal::replay {

enum class Kind {
  kAccepted,
  kNondeterminism,  // the re-write does something else
  kMalformed,       // the history itself is wrong, or has what may not be skipped
  kNotJudged,       // no such file, no re-write, or the re-write has thrown: never what is expected
};

struct Verdict {
  Kind kind = Kind::kNotJudged;
  std::string text;
};

const char* NameOf(Kind kind);

// `file` is below `directory`: "sdk-go/workflow1.json".
Verdict Judge(const Rewrites& rewrites, const std::string& directory, const std::string& file);

// The kind that a manifest's reason for a rejection is about: "unknown event …" and the like are of the history,
// everything else is what the workflow does.
Kind KindOfReason(std::string_view why);

}  // namespace temporal::replay

#endif  // TEMPORAL_TESTS_REPLAY_JUDGEMENT_H_
