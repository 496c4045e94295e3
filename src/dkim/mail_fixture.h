// For tests and benchmarks: the signed mails and the keys of fixtures/, which fixtures/make.py made.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "dkim/header_block.h"
#include "dkim/key_file.h"
#include "dkim/public_key.h"
#include "dkim/signature.h"

namespace backstop::dkim {

inline std::string fixture(std::string_view name) {
  std::ifstream file(std::string(BACKSTOP_SOURCE_DIR) + "/src/dkim/fixtures/" + std::string(name),
                     std::ios::binary);
  if (!file) std::abort();
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// Of "rsa", "ed" or "old", the selectors of the mails.
inline PublicKey fixture_key(std::string_view selector) {
  return parse_key_file(fixture(std::string(selector) + "._domainkey.example.org")).value().key.key;
}

/// Returns the signature of the block's topmost DKIM-Signature field.
inline std::expected<Signature, Fault> top_signature(const HeaderBlock& block) {
  for (const auto& field : block.fields()) {
    if (field.id == mail::FieldName::DKIMSignature) return parse_signature(text_of(field));
  }
  return std::unexpected(Fault{Outcome::Malformed, "there is none"});
}

inline std::string replaced(std::string text, std::string_view what, std::string_view with) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
  return text;
}

/// Returns the text with `what`, which is in it once, replaced.
inline std::string changed(const std::string& text, std::string_view what, std::string_view with) {
  const auto at = text.find(what);
  if (at == std::string::npos || text.find(what, at + 1) != std::string::npos) {
    std::fprintf(stderr, "not there once: %.*s\n", static_cast<int>(what.size()), what.data());
    std::abort();
  }
  return replaced(text, what, with);
}

}  // namespace backstop::dkim
