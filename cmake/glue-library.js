// SPDX-License-Identifier: Apache-2.0
// Replaces functions of Emscripten's JavaScript library.
mergeInto(LibraryManager.library, {
  // Model topologies are long strings. Emscripten's conversion loops take milliseconds before the browser has optimized
  // them.
  $utf8Encoder: 'new TextEncoder()',
  // Caches the last measured string, which is usually the next one to be written. It is replaced soon.
  $utf8Text: 'null',
  $utf8Bytes: 'null',
  $lengthBytesUTF8: (text) => {
    utf8Text = text;
    // For ASCII, the usual case, this loop is three times as fast as encode().
    utf8Bytes = new Uint8Array(text.length);
    if (utf8Encoder.encodeInto(text, utf8Bytes).read < text.length) utf8Bytes = utf8Encoder.encode(text);
    return utf8Bytes.length;
  },
  $lengthBytesUTF8__deps: ['$utf8Encoder', '$utf8Text', '$utf8Bytes'],
  // encodeInto() rejects shared memory.
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
  // TextBytes, WriteText and MakeText: see TextFromJs and TextToJs in src/bindings/boundary.h.
  TextBytes: (text) => lengthBytesUTF8(Emval.toValue(text)),
  TextBytes__deps: ['$Emval', '$lengthBytesUTF8'],
  // Writes a terminating zero byte, too.
  WriteText: (text, start, room) => {
    stringToUTF8Array(Emval.toValue(text), HEAPU8, start >>> 0, room >>> 0);
  },
  WriteText__deps: ['$Emval', '$stringToUTF8Array'],
  // decode() rejects shared memory.
  MakeText: (start, bytes) => {
    start >>>= 0;
    return Emval.toHandle(UTF8Decoder.decode(HEAPU8.slice(start, start + (bytes >>> 0))));
  },
  MakeText__deps: ['$Emval', '$UTF8Decoder'],
  // Removes Embind's registration of types that src/bindings/ does not use: std::string, std::wstring, std::u16string,
  // std::u32string.
  _embind_register_std_string: (_type, _name) => {},
  _embind_register_std_string__deps: [],
  _embind_register_std_wstring: (_type, _size, _name) => {},
  _embind_register_std_wstring__deps: [],
});
