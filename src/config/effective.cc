#include "config/effective.h"

#include <fmt/format.h>

#include "config/settings.h"

namespace backstop::config {

namespace {

std::size_t count_of(const SectionInfo& section, const Draft& draft) {
  if (section.section == Section::Gateway) return draft.gateways.size();
  if (section.section == Section::Domain) return draft.domains.size();
  return draft.sections.contains(section.section) ? 1 : 0;
}

/// Returns the lines of one section; empty if all is as by default.
std::string lines_of(SectionAt at, const Draft& draft) {
  std::string lines;
  for (const Setting& one : settings()) {
    if (one.section != at.section || !draft.places.contains({at, one.key})) continue;
    const std::string value = one.show(draft, at.index);
    if (one.need == Need::Needed || value != one.default_value)
      lines += fmt::format("{} = {}\n", one.key, value);
  }
  return lines;
}

}  // namespace

std::string effective_text(const Draft& draft) {
  std::string text;
  for (const SectionInfo& section : sections()) {
    for (std::size_t i = 0; i < count_of(section, draft); ++i) {
      const std::string lines = lines_of({section.section, i}, draft);
      if (lines.empty()) continue;
      text += fmt::format("{}{}\n{}", text.empty() ? "" : "\n", section.label(), lines);
    }
  }
  return text;
}

}  // namespace backstop::config
