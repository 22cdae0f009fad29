// SPDX-License-Identifier: Apache-2.0
// Parts of Emscripten's JavaScript that no page needs: Embind registers types that src/bindings/ never uses.
mergeInto(LibraryManager.library, {
  // std::wstring, std::u16string and std::u32string.
  _embind_register_std_wstring: (_type, _size, _name) => {},
  _embind_register_std_wstring__deps: [],
});
