// Says what is wrong with an address that carries a tag, or should: for people whose tags fail, and for those
// who move from another product. Most of it can be told without a key.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mail/address.h"
#include "origin/tag.h"

namespace backstop::origin {

struct LintFinding {
  std::string_view name;  ///< "expired"; a static string, docs/tags.md lists them
  std::string detail;     ///< one plain sentence, printable
};

struct TagLint {
  std::optional<Tag> tag;
  std::vector<LintFinding> findings;  ///< empty if nothing is wrong
};

/// For an address with a tag, returns whose it is and what would make it fail; for one without, why it
/// couldn't be tagged. Also checks the hash if `keys` are given.
TagLint lint(const mail::Path& path, std::chrono::sys_days today, const TagSettings& settings = {},
             const KeyRing* keys = nullptr);

}  // namespace backstop::origin
