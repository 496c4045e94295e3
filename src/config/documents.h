// The texts that are written from the table of settings.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace backstop::config {

/// A configuration with every setting, commented, which passes its own check.
std::string example_config();

/// docs/configuration.md.
std::string configuration_page();

/// The same as data, for a page of another form. Code in the sentences is between backquotes.
struct SettingText {
  std::string_view key;
  std::string_view help;           ///< sentences
  std::string_view takes;          ///< what a value must be, as a noun
  std::string_view default_value;  ///< as TOML; empty if there is none
  std::string_view example;        ///< as TOML; empty if there is none
  std::string only;                ///< where or when it may be given; empty if always
};

struct SectionText {
  std::string label;      ///< "[[gateway]]"
  std::string_view help;  ///< sentences
  std::vector<SettingText> settings;
};

std::vector<SectionText> configuration_sections();

/// Returns what holds for the file as a whole, a paragraph each.
std::vector<std::string_view> configuration_notes();

/// Returns a small configuration.
std::string small_example();

}  // namespace backstop::config
