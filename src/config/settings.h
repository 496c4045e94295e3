// The table of all settings. The reader, the example and docs/configuration.md all use its rows. row.h makes
// a row.
#pragma once

#include <any>
#include <cassert>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "config/draft.h"
#include "config/toml_tree.h"

namespace backstop::config {

struct SectionInfo {
  Section section;
  std::string_view name;
  std::string_view help;  ///< sentences
  /// Adds a section to the draft and returns its index. Null unless the section may be given several times,
  /// [[name]].
  std::size_t (*add)(Draft& draft, Place place) = nullptr;
  /// Returns where the section with that index begins. Null if `add` is.
  Place (*place)(const Draft& draft, std::size_t index) = nullptr;

  bool is_list() const { return add != nullptr; }
  /// Returns the name as the file has it: "[server]", "[[gateway]]".
  std::string label() const;
};

/// Returns all sections, in the order of the example.
const std::vector<SectionInfo>& sections();
const SectionInfo& info(Section section);

enum class Need : std::uint8_t {
  Optional,
  Needed,
  OutboundOnly,  ///< optional, and a mistake in an inbound gateway
  InboundOnly,   ///< optional, and a mistake in an outbound gateway
};

struct Setting {
  Section section;
  std::string_view key;
  Need need = Need::Optional;
  std::string help;           ///< sentences
  std::string_view example;   ///< a value as TOML; empty if the default is a good example
  std::string description;    ///< what a value must be
  std::string default_value;  ///< as TOML; empty text or list if that means "not set"
  std::any member;            ///< the member pointer to the value, by which the checks name the setting

  /// Puts the value of the node into that section of the draft, or a mistake into the draft's findings.
  std::function<void(const TomlNode&, Draft&, std::size_t index)> read;
  /// Returns the value of the draft as TOML.
  std::function<std::string(const Draft&, std::size_t index)> show;

  bool has_default() const;
};

const std::vector<Setting>& settings();

/// Returns the setting, or null if the section has no such key.
const Setting* find_setting(Section section, std::string_view key);

/// Returns the handle of that section's setting whose value is kept in `member`. Aborts if no row of the
/// table has that member.
template <typename Owner, typename T>
SettingHandle handle(Draft& draft, SectionAt at, T Owner::* member) {
  for (const Setting& one : settings()) {
    const auto* const own = std::any_cast<T Owner::*>(&one.member);
    if (one.section == at.section && own != nullptr && *own == member) return {draft, {at, one.key}};
  }
  assert(false && "no setting is kept in this member");
  std::abort();
}

/// Returns a draft with one section of each kind, in which everything has its default.
Draft blank_draft();

}  // namespace backstop::config
