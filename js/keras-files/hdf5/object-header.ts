// SPDX-License-Identifier: Apache-2.0
// The messages of an object: what it is, and its attributes.
import { damaged, NeedsLibrary } from './nodes.js';
import type { Source } from './source.js';

export const MESSAGE = {
  dataspace: 1,
  linkInfo: 2,
  datatype: 3,
  link: 6,
  externalFiles: 7,
  layout: 8,
  filters: 11,
  attribute: 12,
  continuation: 16,
  symbolTable: 17,
  attributeInfo: 21,
} as const;

export interface Message {
  type: number;
  at: number;
  size: number;
}

const PREFIX = 16;
const MESSAGE_HEADER = 8;
/** Set if the message is stored with another object. */
const SHARED = 2;

/** The messages of the object at an address. Throws NeedsLibrary for headers of the new format. */
export function readMessages(source: Source, at: number): Message[] {
  const version = source.u8(at);
  if (version === 'O'.charCodeAt(0)) throw new NeedsLibrary('object headers of the new format');
  if (version !== 1) throw damaged(`there is no object at ${at}`);
  const count = source.u16(at + 2);
  const blocks: [number, number][] = [[at + PREFIX, source.u32(at + 8)]];
  const messages: Message[] = [];
  // Blocks are appended while they are read.
  for (const [start, length] of blocks) {
    source.charge(start, length, 'an object header');
    const end = start + length;
    for (let next = start; next + MESSAGE_HEADER <= end && messages.length < count; ) {
      const message = { type: source.u16(next), at: next + MESSAGE_HEADER, size: source.u16(next + 2) };
      next = message.at + message.size;
      if (next > end) throw damaged('a message is longer than its object header');
      if ((source.u8(message.at - 4) & SHARED) !== 0) throw new NeedsLibrary('shared messages');
      messages.push(message);
      if (message.type === MESSAGE.continuation) blocks.push([source.u64(message.at), source.u64(message.at + 8)]);
    }
  }
  return messages;
}
