#include "config/draft.h"

#include <fmt/format.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "config/settings.h"
#include "config/texts.h"
#include "directory/file_directory.h"

namespace backstop::config {

namespace {

next_hop::NextHop finished(const NextHopDraft& hop) {
  next_hop::NextHop next_hop = hop.target;
  next_hop.tls = hop.tls;
  next_hop.identity = hop.identity;
  next_hop.pool = hop.pool;
  return next_hop;
}

/// Domains with the same file share one table, which is empty until the file is read.
void give_alias_tables(std::vector<DomainDraft>& domains) {
  std::map<std::string, std::shared_ptr<intake::AliasTable>> tables;
  for (DomainDraft& one : domains) {
    if (one.settings.alias_file.empty()) continue;
    auto& table = tables[one.settings.alias_file];
    if (table == nullptr) table = std::make_shared<intake::AliasTable>();
    one.settings.aliases = table;
  }
}

/// The same for the directories of recipients.
void give_directories(std::vector<DomainDraft>& domains) {
  std::map<std::string, std::shared_ptr<directory::Directory>> directories;
  for (DomainDraft& one : domains) {
    if (one.settings.recipients.empty()) continue;
    auto& directory = directories[one.settings.recipients];
    if (directory == nullptr) {
      directory =
          std::make_shared<directory::FileDirectory>(one.settings.recipients.substr(kFileScheme.size()));
    }
    one.settings.recipient_directory = directory;
  }
}

}  // namespace

void Draft::mistake(Place place, std::string what) {
  findings.push_back({Finding::Kind::Mistake, place, std::move(what)});
}

void Draft::warning(Place place, std::string what) {
  findings.push_back({Finding::Kind::Warning, place, std::move(what)});
}

Place Draft::place(SectionAt at) const {
  const SectionInfo& section = info(at.section);
  if (section.is_list()) return section.place(*this, at.index);
  const auto found = sections.find(at.section);
  return found == sections.end() ? Place{} : found->second;
}

void Draft::finish() {
  for (GatewayDraft& one : gateways) {
    one.settings.next_hop = finished(one.next_hop);
    auto& untagged = config.gateway.untagged;
    untagged.insert(untagged.end(), one.settings.untagged.begin(), one.settings.untagged.end());
    config.gateway.gateways.push_back(std::move(one.settings));
  }
  if (handle(*this, {Section::Milter}, &NextHopDraft::target).is_given())
    config.gateway.milter_next_hop = std::make_shared<const next_hop::NextHop>(finished(milter_next_hop));
  auto& untagged = config.gateway.untagged;
  untagged.insert(untagged.end(), config.milter.untagged.begin(), config.milter.untagged.end());
  // A mail server looks a recipient up before it asks a milter, and knows sub-addresses.
  if (gateways.empty() && config.milter.is_used() &&
      !handle(*this, {Section::Keys}, &origin::TagSettings::form).is_given())
    config.gateway.tags.form = origin::TagForm::SubAddress;
  give_alias_tables(domains);
  give_directories(domains);
  for (std::size_t i = 0; i < domains.size(); ++i) {
    auto& one = domains[i];
    const SettingHandle own = handle(*this, {Section::Domain, i}, &NextHopDraft::target);
    if (own.is_given()) {
      one.settings.next_hop = std::make_shared<const next_hop::NextHop>(finished(one.next_hop));
    }
    config.gateway.domains.push_back(std::move(one.settings));
  }
  config.gateway.has_quarantine = !config.quarantine.url.empty();
  if (config.gateway.help_url.empty() && !config.http.public_url.empty()) {
    auto url = config.http.public_url;
    while (url.ends_with('/')) url.pop_back();
    config.gateway.help_url = url + "/why/%c";
  }
  const SettingHandle url = handle(*this, {Section::History}, &store::HistorySettings::url);
  if (!url.is_given()) config.history.url = resolve_url(config.history.url, folder);
}

Place SettingHandle::place() const {
  const auto found = draft_->places.find(id_);
  return found == draft_->places.end() ? draft_->place(id_.at) : found->second.value;
}

Place SettingHandle::item_place(std::size_t item) const {
  const auto found = draft_->places.find(id_);
  if (found == draft_->places.end() || item >= found->second.items.size()) return place();
  return found->second.items[item];
}

void SettingHandle::mistake(Place place, std::string_view what) const {
  draft_->mistake(place, fmt::format("{}: {}", id_.key, what));
}

void SettingHandle::warning(Place place, std::string_view what) const {
  draft_->warning(place, fmt::format("{}: {}", id_.key, what));
}

void SettingHandle::break_at(Place place, std::string_view what) const {
  mistake(place, what);
  draft_->broken.insert(id_);
}

}  // namespace backstop::config
