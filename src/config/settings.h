// The table of all settings: what is read, what the example shows and what docs/configuration.md says all
// come from its rows.
#pragma once

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
  bool is_list;           ///< [[name]]: may stand several times
  std::string_view help;  ///< sentences
  /// "[server]", "[[gateway]]".
  std::string label() const;
};

/// In the order of the example.
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
  std::string_view example;   ///< a value as TOML; empty where the default serves
  std::string description;    ///< what a value has to be
  std::string default_value;  ///< as TOML; empty text or list where it stands for "not set"

  /// Puts the value of the node into the section with that index, or says what is wrong with it.
  std::function<void(const TomlNode&, Draft&, std::size_t index)> read;
  /// The value of the draft as TOML.
  std::function<std::string(const Draft&, std::size_t index)> show;

  bool has_default() const;
};

const std::vector<Setting>& settings();

/// The setting, or null.
const Setting* find_setting(Section section, std::string_view key);

/// A draft with one gateway and one domain, in which all is at its default.
Draft blank_draft();

}  // namespace backstop::config
