// What is wrong with an address as the carrier of a tag: for people who look for the reason why their tags
// fail, and for those who move from another product. Most of it can be told without any key.
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
  std::vector<LintFinding> findings;  ///< empty: nothing is wrong with it
};

/// An address with a tag: whose it is and what would make it fail. One without: why it couldn't be tagged.
/// Where `keys` are given, the hash is checked, too.
TagLint lint(const mail::Path& path, std::chrono::sys_days today, const TagSettings& settings = {},
             const KeyRing* keys = nullptr);

}  // namespace backstop::origin
