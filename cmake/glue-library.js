// SPDX-License-Identifier: Apache-2.0
// Instead of Emscripten's own.
mergeInto(LibraryManager.library, {
  // Models come as long strings, over which its loops in JavaScript that is not compiled yet take milliseconds.
  $utf8Encoder: 'new TextEncoder()',
  // The text that was measured last, which is the one that is written next. Another one follows soon.
  $utf8Text: 'null',
  $utf8Bytes: 'null',
  $lengthBytesUTF8: (text) => {
    utf8Text = text;
    // Where all of it is ASCII, which is most often so, encode() takes three times as long.
    utf8Bytes = new Uint8Array(text.length);
    if (utf8Encoder.encodeInto(text, utf8Bytes).read < text.length) utf8Bytes = utf8Encoder.encode(text);
    return utf8Bytes.length;
  },
  $lengthBytesUTF8__deps: ['$utf8Encoder', '$utf8Text', '$utf8Bytes'],
  // encodeInto() would refuse shared memory.
  $stringToUTF8Array: (text, heap, start, room) => {
    if (room <= 0) return 0;
    if (text !== utf8Text) lengthBytesUTF8(text);
    const bytes = utf8Bytes.subarray(0, room - 1);
    heap.set(bytes, start);
    heap[start + bytes.length] = 0;
    return bytes.length;
  },
  $stringToUTF8Array__deps: ['$lengthBytesUTF8'],
  // See src/bindings/boundary.h.
  ExposeFunction: (name, index) => {
    Module[UTF8ToString(name)] = getWasmTableEntry(index);
  },
  ExposeFunction__deps: ['$UTF8ToString', '$getWasmTableEntry'],
  // What no page needs: Embind registers types that src/bindings/ never uses.
  // std::wstring, std::u16string and std::u32string.
  _embind_register_std_wstring: (_type, _size, _name) => {},
  _embind_register_std_wstring__deps: [],
});
