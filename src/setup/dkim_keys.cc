#include "setup/dkim_keys.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "dkim/key_name.h"
#include "dkim/public_key.h"
#include "setup/domain_items.h"

namespace backstop::setup {

namespace {

constexpr std::size_t kMostQuestions = 100;

void add(std::vector<KeyUse> more, std::vector<KeyUse>& uses) {
  for (auto& use : more) {
    if (std::ranges::find(uses, use) == uses.end()) uses.push_back(std::move(use));
  }
}

/// Returns the text of a file that a signer names, or notes that it can't be read.
std::string text_of(Machine& machine, const std::string& path, KeyUses& found) {
  auto text = machine.read(path);
  if (text && *text) return std::move(**text);
  found.notes.push_back(fmt::format("{}: it can't be read", base::printable(path)));
  return "";
}

void read_opendkim(Machine& machine, const std::string& path, KeyUses& found) {
  const auto text = machine.read(path);
  if (!text || !*text) return;
  const auto settings = parse_opendkim(**text);
  if (!settings.key_table.empty())
    return add(parse_key_table(text_of(machine, settings.key_table, found)), found.uses);
  if (!settings.unread.empty()) {
    found.notes.push_back(fmt::format("{}: the KeyTable {} is no file, so the selectors are not known",
                                      base::printable(path), base::printable(settings.unread)));
  }
  if (settings.selector.empty()) return;
  if (settings.domains.empty()) add({{settings.selector, ""}}, found.uses);
  for (const auto& domain : settings.domains) add({{settings.selector, domain}}, found.uses);
}

void read_rspamd(Machine& machine, const std::string& folder, KeyUses& found) {
  if (!machine.is_folder(folder)) return;
  std::vector<std::string> texts;
  // rspamd reads modules.d first; those below change it.
  for (const std::string_view part : {"modules.d", "local.d", "override.d"}) {
    const auto text = machine.read(fmt::format("{}/{}/dkim_signing.conf", folder, part));
    if (text && *text) texts.push_back(**text);
  }
  // Without any of them rspamd signs nothing.
  if (texts.empty()) return;
  const auto settings = parse_rspamd(texts);
  add(settings.keys, found.uses);
  for (const auto& map : settings.selector_maps) {
    if (map.starts_with('/')) add(parse_selector_map(text_of(machine, map, found)), found.uses);
  }
}

struct Wanted {
  dkim::KeyName name;
  bool is_named = false;  ///< a signer names the domain, so DNS should have it
};

std::vector<Wanted> wanted_names(const KeyUses& uses, const std::vector<std::string>& domains) {
  std::vector<Wanted> wanted;
  const auto add_name = [&](const std::string& selector, const std::string& domain, bool is_named) {
    const auto name = dkim::make_key_name(selector, domain);
    if (!name || std::ranges::find(wanted, *name, &Wanted::name) != wanted.end()) return;
    if (wanted.size() < kMostQuestions) wanted.push_back({*name, is_named});
  };
  for (const auto& use : uses.uses) {
    if (!use.domain.empty()) add_name(use.selector, use.domain, true);
  }
  for (const auto& use : uses.uses) {
    for (const auto& domain : domains) {
      if (use.domain.empty() && !domain.starts_with("*.")) add_name(use.selector, domain, false);
    }
  }
  return wanted;
}

}  // namespace

std::vector<std::string> KeyUses::domains() const {
  std::vector<std::string> found;
  for (const auto& use : uses) {
    auto domain = domain_of_key(use.domain);
    if (!domain.empty() && std::ranges::find(found, domain) == found.end())
      found.push_back(std::move(domain));
  }
  return found;
}

KeyUses read_key_uses(Machine& machine, const SignerPlaces& places) {
  KeyUses found;
  read_opendkim(machine, places.opendkim, found);
  read_rspamd(machine, places.rspamd, found);
  return found;
}

FoundKeys look_up_keys(Machine& machine, const KeyUses& uses, const std::vector<std::string>& domains) {
  FoundKeys found;
  for (const auto& [name, is_named] : wanted_names(uses, domains)) {
    const auto texts = machine.look_up(name.text());
    if (!texts) {
      found.notes.push_back(fmt::format("{}: {}", name.text(), texts.error().message));
      // Where one question has no answer, a hundred would take minutes.
      break;
    }
    if (texts->empty()) {
      if (is_named) found.notes.push_back(fmt::format("{}: DNS has no such key", name.text()));
      continue;
    }
    const auto record = std::ranges::find_if(
        *texts, [](const std::string& text) { return dkim::PublicKey::parse(text).has_value(); });
    if (record == texts->end()) {
      found.notes.push_back(
          fmt::format("{}: {}", name.text(), dkim::PublicKey::parse_first(*texts).error().why));
      continue;
    }
    found.keys.push_back({name.text(), *record, dkim::PublicKey::parse(*record)->description()});
  }
  return found;
}

}  // namespace backstop::setup
