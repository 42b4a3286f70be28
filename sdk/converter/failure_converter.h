// Failures between exceptions and temporal.api.failure.v1.Failure, causes and encoded attributes included.
#ifndef TEMPORAL_SDK_CONVERTER_FAILURE_CONVERTER_H_
#define TEMPORAL_SDK_CONVERTER_FAILURE_CONVERTER_H_

#include <exception>
#include <memory>

#include "temporal/api/failure/v1/message.pb.h"
#include "temporal/failure.h"

namespace temporal::internal {

// Text that is thrown may be in any encoding; in what these return it is UTF-8, U+FFFD in place of what is not.

// A source that is empty becomes "CppSDK".
api::failure::v1::Failure ToProto(const Failure& failure);

// Whatever was thrown: a Failure as it is; another std::exception as an ApplicationFailure with its what() and the
// unmangled name of its type; anything else as one of type "unknown". Never the null pointer.
api::failure::v1::Failure ExceptionToProto(const std::exception_ptr& error);

// What the service takes as the failure of an activity: application failures alone. One of another kind becomes the
// cause of an application failure whose type is the kind's name.
api::failure::v1::Failure AsActivityFailure(api::failure::v1::Failure failure);

// A failure without any info is an ApplicationFailure without a type. Kinds that have no class here (reset, Nexus)
// become an ApplicationFailure whose type is the name of the info message.
std::shared_ptr<const Failure> FromProto(const api::failure::v1::Failure& failure);

// The same as something to rethrow: its dynamic type is the failure's class.
std::exception_ptr ToException(const Failure& failure);

}  // namespace temporal::internal

#endif  // TEMPORAL_SDK_CONVERTER_FAILURE_CONVERTER_H_
