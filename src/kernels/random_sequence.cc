// SPDX-License-Identifier: Apache-2.0
#include "kernels/random_sequence.h"

namespace tfwasm {

namespace {

int64_t newest_id = 0;
RandomSequence* first = nullptr;

}  // namespace

RandomSequence::RandomSequence() : id_(++newest_id), next_(first) { first = this; }

RandomSequence::~RandomSequence() {
  RandomSequence** link = &first;
  while (*link != this) link = &(*link)->next_;
  *link = next_;
}

int64_t RandomSequence::last_id() { return newest_id; }

uint64_t RandomSequence::Next(int64_t id) {
  for (RandomSequence* sequence = first; sequence != nullptr; sequence = sequence->next_) {
    if (sequence->id_ == id) return sequence->count_++;
  }
  return 0;
}

}  // namespace tfwasm
