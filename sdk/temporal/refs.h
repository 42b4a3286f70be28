// References: values that hold the wire name and the full signature of an activity, workflow, signal, query
// or update.
//
//   inline constexpr temporal::ActivityRef<Receipt(Charge)> kCharge{"Charge"};
//
// One constexpr object is the contract that client, worker, workflow and tests share: registration, calls and mocks are
// checked against it at compile time. A reference borrows its name: give it a literal.
#ifndef TEMPORAL_REFS_H_
#define TEMPORAL_REFS_H_

#include <string_view>
#include <type_traits>

namespace temporal {
namespace internal {

template <class Signature>
class NamedRef;

template <class R, class... A>
class NamedRef<R(A...)> {
 public:
  using Result = R;
  using Signature = R(A...);

  constexpr explicit NamedRef(std::string_view name) : name_(name) {}
  constexpr std::string_view name() const { return name_; }

 private:
  std::string_view name_;
};

template <class Signature>
inline constexpr bool kReturnsVoid = false;
template <class... A>
inline constexpr bool kReturnsVoid<void(A...)> = true;

}  // namespace internal

// An activity type. R may be void.
template <class Signature>
class ActivityRef : public internal::NamedRef<Signature> {
 public:
  using internal::NamedRef<Signature>::NamedRef;
};

// A workflow type. R may be void.
template <class Signature>
class WorkflowRef : public internal::NamedRef<Signature> {
 public:
  using internal::NamedRef<Signature>::NamedRef;
};

// A signal. Signals answer nothing.
template <class Signature>
class SignalRef : public internal::NamedRef<Signature> {
  static_assert(internal::kReturnsVoid<Signature>, "a signal returns nothing: SignalRef<void(…)>");

 public:
  using internal::NamedRef<Signature>::NamedRef;
};

// A query. Queries answer something.
template <class Signature>
class QueryRef : public internal::NamedRef<Signature> {
  static_assert(!internal::kReturnsVoid<Signature>, "a query returns a value: QueryRef<R(…)>");

 public:
  using internal::NamedRef<Signature>::NamedRef;
};

// An update: a signal that may be refused and that answers. R may be void.
template <class Signature>
class UpdateRef : public internal::NamedRef<Signature> {
 public:
  using internal::NamedRef<Signature>::NamedRef;
};

}  // namespace temporal

#endif  // TEMPORAL_REFS_H_
