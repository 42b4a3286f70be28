// A channel to nowhere, never closed, that has made one call: that is what holds gRPC's callback threads.
#include "sdk/transport/grpc_lifetime.h"

#include <new>

#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/security/credentials.h"

namespace temporal::internal {
namespace {

struct Keeper {
  Keeper() {
    context.TryCancel();  // the call ends before it connects
    stub.UnaryCall(&context, "/none/None", grpc::StubOptions(), &request, &response, [](const grpc::Status&) {});
  }

  grpc::GenericStub stub{grpc::CreateChannel("unix:/nonexistent", grpc::InsecureChannelCredentials())};
  grpc::ClientContext context;
  grpc::Slice nothing;
  grpc::ByteBuffer request{&nothing, 1};  // a buffer without a slice is not a message
  grpc::ByteBuffer response;
};

}  // namespace

void KeepGrpcThreads() {
  // In static storage, so that it is seen to be kept on purpose, and never destroyed.
  alignas(Keeper) static unsigned char storage[sizeof(Keeper)];
  static const Keeper* const keeper = new (storage) Keeper;
  static_cast<void>(keeper);
}

}  // namespace temporal::internal
