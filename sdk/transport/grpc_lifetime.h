// Keeps gRPC's own threads for the whole life of the process.
#ifndef TEMPORAL_SDK_TRANSPORT_GRPC_LIFETIME_H_
#define TEMPORAL_SDK_TRANSPORT_GRPC_LIFETIME_H_

namespace temporal::internal {

// To be called before the first channel or server that uses gRPC's callback API; later calls do nothing. Any thread.
//
// The threads that run callbacks are shared by all channels and servers of a process, started with the first and ended
// with the last. In gRPC 1.51 ending them races with their last events and aborts the process, so that a program which
// opens connections in turn dies by chance. One reference that is never given back keeps them, at the cost of threads
// that sleep.
void KeepGrpcThreads();

}  // namespace temporal::internal

#endif  // TEMPORAL_SDK_TRANSPORT_GRPC_LIFETIME_H_
