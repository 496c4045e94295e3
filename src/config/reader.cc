#include "config/reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.h"
#include "config/checks.h"
#include "config/kinds.h"
#include "config/nearest_name.h"
#include "config/settings.h"
#include "config/toml_tree.h"

namespace backstop::config {

namespace {

std::string did_you_mean(std::string_view near) {
  return near.empty() ? "" : fmt::format("; did you mean \"{}\"?", near);
}

std::vector<std::string_view> keys_of(Section section) {
  std::vector<std::string_view> keys;
  for (const Setting& one : settings()) {
    if (one.section == section) keys.push_back(one.key);
  }
  return keys;
}

/// The keys whose value is true or false, in any section.
std::vector<std::string_view> boolean_keys() {
  std::vector<std::string_view> keys;
  for (const Setting& one : settings()) {
    if (one.description == boolean_kind().description) keys.push_back(one.key);
  }
  return keys;
}

/// Returns "; it belongs in [server]" for a key of other sections.
std::string where_it_belongs(std::string_view key) {
  std::string places;
  for (const SectionInfo& one : sections()) {
    if (find_setting(one.section, key) == nullptr) continue;
    places += fmt::format("{}{}", places.empty() ? "; it belongs in " : " or ", one.label());
  }
  return places;
}

/// Names the key of this section that may have been meant, or the section to which the key belongs.
std::string hint_for(std::string_view key, Section section) {
  if (section == Section::Limits && key == "null_sender_recipients") {
    return "; it is gone, and the null sender may have as many recipients as any other";
  }
  if (section == Section::Domain && key == "grace") {
    return "; it is gone: Backstop observes by itself whether mail carries proofs (\"ready\")";
  }
  if (const auto near = nearest_name(key, keys_of(section)); !near.empty()) return did_you_mean(near);
  return where_it_belongs(key);
}

void report_unknown_key(const TomlNode& member, Section section, Draft& draft) {
  draft.mistake(member.key_place, fmt::format("unknown key \"{}\" in {}{}", base::printable(member.key, 80),
                                              info(section).label(), hint_for(member.key, section)));
}

void report_missing(const Setting& needed, Place place, Draft& draft) {
  draft.mistake(place, fmt::format("{} has no \"{}\"; it must be {}", info(needed.section).label(),
                                   needed.key, needed.description));
}

void read_section(const TomlNode& table, Section section, std::size_t index, Draft& draft) {
  for (const TomlNode& member : table.children) {
    if (const Setting* const known = find_setting(section, member.key)) {
      known->read(member, draft, index);
    } else {
      report_unknown_key(member, section, draft);
    }
  }
  for (const Setting& one : settings()) {
    const bool is_missing =
        one.section == section && one.need == Need::Needed && table.find(one.key) == nullptr;
    if (is_missing) report_missing(one, table.place, draft);
  }
}

void read_list(const TomlNode& list, const SectionInfo& section, Draft& draft) {
  draft.sections[section.section] = list.key_place;
  if (list.type != TomlType::List) {
    draft.mistake(list.key_place, fmt::format("found [{}]; it must be [[{}]], since there may be several",
                                              section.name, section.name));
    return;
  }
  for (const TomlNode& item : list.children) {
    if (item.type == TomlType::Table) {
      read_section(item, section.section, section.add(draft, item.place), draft);
    } else {
      draft.mistake(item.place,
                    fmt::format("found {}; {} must be a section", describe(item), section.label()));
    }
  }
}

void read_single(const TomlNode& node, const SectionInfo& section, Draft& draft) {
  if (node.type == TomlType::List) {
    draft.mistake(node.key_place, fmt::format("found [[{}]]; it must be [{}], since there is only one",
                                              section.name, section.name));
  } else if (node.type != TomlType::Table) {
    draft.mistake(node.place, fmt::format("found {}; {} must be a section", describe(node), section.label()));
  } else {
    draft.sections[section.section] = node.place;
    read_section(node, section.section, 0, draft);
  }
}

void report_unknown_section(const TomlNode& node, Draft& draft) {
  const bool is_section = node.type == TomlType::Table || node.type == TomlType::List;
  std::vector<std::string_view> names;
  for (const SectionInfo& one : sections()) names.push_back(one.name);
  const std::string belongs = where_it_belongs(node.key);
  const std::string hint =
      !is_section || !belongs.empty() ? belongs : did_you_mean(nearest_name(node.key, names));
  const std::string name = base::printable(node.key, 80);
  draft.mistake(node.key_place, is_section
                                    ? fmt::format("unknown section \"{}\"{}", name, hint)
                                    : fmt::format("the key \"{}\" is before all sections{}", name, hint));
}

void read_top(const TomlNode& top, Draft& draft) {
  for (const TomlNode& node : top.children) {
    const auto known = std::ranges::find(sections(), std::string_view(node.key), &SectionInfo::name);
    if (known == sections().end()) {
      report_unknown_section(node, draft);
    } else if (known->is_list()) {
      read_list(node, *known, draft);
    } else {
      read_single(node, *known, draft);
    }
  }
  // If the section is missing, its needed settings are missing, too.
  if (top.find(info(Section::Server).name) == nullptr) read_section(TomlNode{}, Section::Server, 0, draft);
}

}  // namespace

Draft read_settings(std::string_view text, const std::string& file) {
  Draft draft;
  // With a slash at its end, or empty.
  draft.folder = (std::filesystem::path(file).parent_path() / "").string();
  const auto tree = parse_toml(text, boolean_keys());
  if (!tree) {
    draft.mistake(tree.error().place, tree.error().message);
    return draft;
  }
  read_top(*tree, draft);
  check_settings(draft);
  return draft;
}

Draft read_draft(std::string_view text, const std::string& file) {
  Draft draft = read_settings(text, file);
  draft.finish();
  return draft;
}

Reading reading_of(Draft draft, const std::string& file) {
  sort(draft.findings);
  return {.file = file, .config = std::move(draft.config), .findings = std::move(draft.findings)};
}

Reading read_config(std::string_view text, const std::string& file) {
  return reading_of(read_draft(text, file), file);
}

}  // namespace backstop::config
