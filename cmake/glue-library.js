// SPDX-License-Identifier: Apache-2.0
// Instead of Emscripten's own.
mergeInto(LibraryManager.library, {
  // Models come as long strings, over which its loops in JavaScript that is not compiled yet take milliseconds.
  $utf8Encoder: 'new TextEncoder()',
  // What was measured last, which is what is written next.
  $measuredText: '{text: "", bytes: new Uint8Array()}',
  $lengthBytesUTF8: (text) => {
    // Where all of it is ASCII, which is most often so, encode() takes three times as long.
    let bytes = new Uint8Array(text.length);
    if (utf8Encoder.encodeInto(text, bytes).read < text.length) bytes = utf8Encoder.encode(text);
    measuredText = { text, bytes };
    return bytes.length;
  },
  $lengthBytesUTF8__deps: ['$utf8Encoder', '$measuredText'],
  // encodeInto() would refuse shared memory.
  $stringToUTF8Array: (text, heap, start, room) => {
    if (room <= 0) return 0;
    const encoded = measuredText.text === text ? measuredText.bytes : utf8Encoder.encode(text);
    measuredText = { text: '', bytes: encoded.subarray(0, 0) };
    const bytes = encoded.subarray(0, room - 1);
    heap.set(bytes, start);
    heap[start + bytes.length] = 0;
    return bytes.length;
  },
  $stringToUTF8Array__deps: ['$utf8Encoder', '$measuredText'],
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
