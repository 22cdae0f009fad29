// SPDX-License-Identifier: Apache-2.0
// Makes a seed give other numbers at each use, in an order that repeats.
#pragma once

#include <cstdint>

namespace tfwasm {

class RandomSequence {
 public:
  RandomSequence();
  RandomSequence(const RandomSequence&) = delete;
  RandomSequence& operator=(const RandomSequence&) = delete;
  ~RandomSequence();

  // Names it in an attribute. Not 0, and never reused.
  int64_t id() const { return id_; }

  // Of the newest one; 0 if there has been none.
  static int64_t last_id();

  // The number of earlier calls for this sequence; 0 if it does not exist any more.
  static uint64_t Next(int64_t id);

 private:
  int64_t id_;
  uint64_t count_ = 0;
  RandomSequence* next_;  // in the list of all
};

}  // namespace tfwasm
