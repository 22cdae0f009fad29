// SPDX-License-Identifier: Apache-2.0
// Maps handles to the objects that JavaScript holds.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.h"

namespace tfwasm {

// An integer from 1 to 2^53, which a JavaScript number represents exactly.
using Handle = double;

// A slot table. A handle consists of a slot's index and its generation. The generation increases
// with every object in the slot, so handles are never reused; a slot is retired after its last
// generation. Slots are allocated in blocks, which never move and are freed when empty.
template <typename T>
class HandleTable {
 public:
  static constexpr int kIndexBits = 26;       // more objects than fit the address space
  static constexpr int kGenerationBits = 27;  // 53 bits in total
  static constexpr uint32_t kLastGeneration = (uint32_t{1} << kGenerationBits) - 1;

  // `kind` names the objects in error messages, for example "tensor". `first_generation`: the first
  // generation of slots, at least 1.
  explicit HandleTable(std::string_view kind, uint32_t first_generation = 1)
      : kind_(kind), first_generation_(first_generation) {}
  HandleTable(const HandleTable&) = delete;
  HandleTable& operator=(const HandleTable&) = delete;

  // Throws std::bad_alloc, and leaves the table unchanged then.
  Handle Add(T&& object) {
    Reserve(1);
    Block& block = *open_.next;
    const int position = std::countr_zero(block.free);
    Slot& slot = block.slots[position];
    slot.object.emplace(std::move(object));
    block.free &= block.free - 1;
    if (block.free == 0) Unlink(block);
    ++block.live;
    ++size_;
    const uint64_t index = block.number * kBlockSlots + static_cast<uint64_t>(position);
    return static_cast<Handle>(uint64_t{slot.generation} << kIndexBits | index);
  }

  // Reserves memory for `count` calls of Add.
  void Reserve(size_t count) {
    Block* block = open_.next;
    for (size_t room = 0; room < count; block = block->next) {
      if (block == &open_) block = &AppendBlock();
      if (block->slots == nullptr) AllocateSlots(*block);
      room += static_cast<size_t>(std::popcount(block->free));
    }
  }

  // Throws E_DISPOSED if there is no such object.
  T& Get(Handle handle) {
    Slot* slot = Find(handle);
    if (slot == nullptr) Throw(Code::kDisposed, "this ", kind_, " has been disposed");
    return *slot->object;
  }

  // No-op if the handle is unknown: disposing twice is allowed.
  void Remove(Handle handle) {
    Slot* slot = Find(handle);
    if (slot == nullptr) return;
    const uint64_t index = IndexOf(handle);
    Block& block = *blocks_[static_cast<size_t>(index / kBlockSlots)];
    slot->object.reset();
    --size_;
    --block.live;
    if (slot->generation++ < kLastGeneration) {
      if (block.free == 0) Link(block, *open_.next);
      block.free |= uint64_t{1} << index % kBlockSlots;
    }
    if (block.live == 0) FreeSlots(block);
  }

  size_t size() const { return size_; }

 private:
  static constexpr uint64_t kBlockSlots = 64;
  static constexpr uint64_t kAllFree = ~uint64_t{0};

  struct Slot {
    std::optional<T> object;
    uint32_t generation = 0;  // of the current object, or the next one if there is none
  };

  struct Block {
    std::unique_ptr<Slot[]> slots;  // nullptr if not allocated
    uint64_t free = kAllFree;       // bit i: slot i is neither taken nor retired
    size_t live = 0;                // number of objects
    uint64_t number = 0;            // index in blocks_
    uint32_t generation = 0;        // for slots allocated next
    Block* previous = this;
    Block* next = this;
  };

  static uint64_t IndexOf(Handle handle) {
    return static_cast<uint64_t>(handle) & ((uint64_t{1} << kIndexBits) - 1);
  }

  Slot* Find(Handle handle) {
    // Larger numbers, or NaN, could not be converted to an integer exactly.
    constexpr double kEnd = double{uint64_t{1} << (kIndexBits + kGenerationBits)};
    if (!(handle >= 1 && handle < kEnd)) return nullptr;
    const auto id = static_cast<uint64_t>(handle);
    const auto number = static_cast<size_t>(IndexOf(handle) / kBlockSlots);
    if (static_cast<Handle>(id) != handle || number >= blocks_.size()) return nullptr;
    const Block& block = *blocks_[number];
    if (block.slots == nullptr) return nullptr;
    Slot& slot = block.slots[static_cast<size_t>(id % kBlockSlots)];
    return slot.object && slot.generation == id >> kIndexBits ? &slot : nullptr;
  }

  Block& AppendBlock() {
    constexpr size_t kMost = (size_t{1} << kIndexBits) / kBlockSlots;
    if (blocks_.size() == kMost) Throw(Code::kLimit, "there are too many objects of one kind");
    blocks_.push_back(std::make_unique<Block>());
    Block& block = *blocks_.back();
    block.number = blocks_.size() - 1;
    block.generation = first_generation_;
    Link(block, open_);
    return block;
  }

  static void AllocateSlots(Block& block) {
    block.slots = std::make_unique<Slot[]>(kBlockSlots);
    for (Slot& slot : std::span(block.slots.get(), kBlockSlots)) slot.generation = block.generation;
  }

  // Frees the slots of a block without objects, except for one spare block, and for blocks that
  // have retired slots but also free ones.
  void FreeSlots(Block& block) {
    if (block.free == 0) block.slots.reset();
    if (block.free != kAllFree) return;
    if (spare_ == nullptr || spare_->free != kAllFree) spare_ = &block;
    if (spare_ == &block) return;
    for (const Slot& slot : std::span(block.slots.get(), kBlockSlots)) {
      block.generation = std::max(block.generation, slot.generation);
    }
    block.slots.reset();
    // To the end of the list, behind blocks with allocated slots.
    Unlink(block);
    Link(block, open_);
  }

  // Inserts a block into the list of open blocks, before `next`.
  static void Link(Block& block, Block& next) {
    block.next = &next;
    block.previous = next.previous;
    next.previous->next = &block;
    next.previous = &block;
  }

  static void Unlink(Block& block) {
    block.previous->next = block.next;
    block.next->previous = block.previous;
  }

  std::string_view kind_;
  uint32_t first_generation_;
  std::vector<std::unique_ptr<Block>> blocks_;
  Block open_;              // head of a circular list of blocks with free slots
  Block* spare_ = nullptr;  // the block that kept its slots when it became empty
  size_t size_ = 0;
};

}  // namespace tfwasm
