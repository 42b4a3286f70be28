// A seeded generator with distributions of its own, so that a seed gives the same numbers with every compiler and
// standard library. Not for secrets. A value: copies continue independently from the same state.
#ifndef TEMPORAL_SDK_BASE_RANDOM_H_
#define TEMPORAL_SDK_BASE_RANDOM_H_

#include <cstdint>
#include <string>

namespace temporal::internal {

// SplitMix64. Every seed, zero too, is a good one.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t Next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }

  // Uniform in [0, bound). REQUIRES: bound > 0. Rejects the few values that would make small results likelier.
  std::uint64_t Uniform(std::uint64_t bound) {
    const std::uint64_t threshold = (0 - bound) % bound;
    for (;;) {
      const std::uint64_t got = Next();
      if (got >= threshold) return got % bound;
    }
  }

  // True once in `n` on average. REQUIRES: n > 0.
  bool OneIn(std::uint64_t n) { return Uniform(n) == 0; }

  // Uniform in [0, 1), a multiple of 2^-53.
  double Double() { return static_cast<double>(Next() >> 11) * 0x1.0p-53; }

  // 36 characters in the form of a version 4 UUID, lower case.
  std::string Uuid() {
    static constexpr char kHex[] = "0123456789abcdef";
    const std::uint64_t high = (Next() & ~0xf000ULL) | 0x4000ULL;
    const std::uint64_t low = (Next() & ~(3ULL << 62)) | (2ULL << 62);
    std::string text(36, '-');
    int at = 0;
    for (int nibble = 0; nibble < 32; ++nibble) {
      if (nibble == 8 || nibble == 12 || nibble == 16 || nibble == 20) ++at;
      const std::uint64_t word = nibble < 16 ? high : low;
      text[static_cast<std::size_t>(at++)] = kHex[(word >> (60 - 4 * (nibble % 16))) & 15];
    }
    return text;
  }

  // A generator that shares nothing with this one from here on.
  Random Fork() { return Random(Next()); }

 private:
  std::uint64_t state_;
};

}  // namespace temporal::internal

#endif  // TEMPORAL_SDK_BASE_RANDOM_H_
