#include "config/store_checks.h"

#include <fmt/format.h>

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "base/text.h"
#include "config/settings.h"
#include "config/texts.h"

namespace backstop::config {

namespace {

using intake::DomainSettings;
using policy::Action;
using policy::Stage;
using store::QuarantineSettings;

/// Reports each store whose file is that of an earlier one: a database of one refuses to be that of another.
class Files {
 public:
  /// An empty url is no store.
  void add(Section section, std::string_view url, const SettingHandle& setting) {
    if (url.empty()) return;
    const std::string path = std::filesystem::path(url).lexically_normal().string();
    const auto [found, is_new] = first_.try_emplace(path, section);
    if (is_new) return;
    setting.mistake(fmt::format("\"{}\" is the file of {}, too; each needs a file of its own",
                                base::printable(url), info(found->second).label()));
  }

 private:
  std::map<std::string, Section> first_;
};

void check_files(Draft& draft) {
  const Config& config = draft.config;
  Files files;
  if (config.history_enabled) {
    // The default is made absolute only later.
    files.add(Section::History, resolve_url(config.history.url, draft.folder),
              handle(draft, {Section::History}, &store::HistorySettings::url));
  }
  files.add(Section::Ledger, config.ledger.url,
            handle(draft, {Section::Ledger}, &store::LedgerSettings::url));
  files.add(Section::Quarantine, config.quarantine.url,
            handle(draft, {Section::Quarantine}, &QuarantineSettings::url));
  files.add(Section::WayOut, config.held.url, handle(draft, {Section::WayOut}, &QuarantineSettings::url));
}

/// What is kept is encrypted.
void check_key_file(const SettingHandle& url, const QuarantineSettings& settings) {
  Draft& draft = url.draft();
  const SettingHandle file = handle(draft, {Section::Keys}, &Config::key_file);
  if (settings.url.empty() || !draft.config.key_file.empty() || file.is_broken()) return;
  url.mistake(
      "what is kept is encrypted, and there is no key file; add file = \"var/keys\" to [keys], and "
      "make it with: backstop keys new var/keys");
}

void check_kept(Draft& draft) {
  check_key_file(handle(draft, {Section::WayOut}, &QuarantineSettings::url), draft.config.held);
  const auto& settings = draft.config.quarantine;
  check_key_file(handle(draft, {Section::Quarantine}, &QuarantineSettings::url), settings);
  if (!settings.url.empty() && !settings.digest) {
    handle(draft, {Section::Quarantine}, &QuarantineSettings::digest)
        .warning(
            "owners are not told what is kept back for them; to keep mail back without its recipient's "
            "knowledge may be unlawful");
  }
}

/// Returns whether a kind has the ceiling quarantine that doesn't have it by default.
bool has_own_quarantine(const policy::Ceilings& ceilings) {
  const policy::Ceilings defaults = policy::default_ceilings();
  for (std::size_t i = 0; i < ceilings.size(); ++i) {
    if (ceilings[i] == Action::Quarantine && defaults[i] != Action::Quarantine) return true;
  }
  return false;
}

/// Without a [quarantine], what would be kept back is labelled.
void check_kept_back(std::size_t index, Draft& draft) {
  const auto& settings = draft.domains[index].settings;
  const SectionAt at{Section::Domain, index};
  if (!draft.config.quarantine.url.empty() ||
      handle(draft, {Section::Quarantine}, &QuarantineSettings::url).is_broken())
    return;
  if (settings.stage == Stage::Quarantine) {
    handle(draft, at, &DomainSettings::stage)
        .warning(
            "there is no [quarantine] with a url, so nothing is kept back, and this stage does what "
            "\"label\" does");
  }
  if (has_own_quarantine(settings.ceilings)) {
    handle(draft, at, &DomainSettings::ceilings)
        .warning("there is no [quarantine] with a url, so what would be kept back is labelled");
  }
}

/// Readiness is observed in the sums of the history.
void check_remembered(std::size_t index, Draft& draft) {
  const auto& settings = draft.domains[index].settings;
  if (draft.config.history_enabled) return;
  const SectionAt at{Section::Domain, index};
  const SettingHandle ready = handle(draft, at, &DomainSettings::ready_since);
  const bool is_observed = !settings.ready_since && !ready.is_broken();
  if (settings.stage < Stage::Quarantine) {
    if (is_observed && ready.is_given())
      ready.warning("the history is off, and without it the domain is never seen to be ready");
    return;
  }
  handle(draft, at, &DomainSettings::stage)
      .warning(is_observed
                   ? "the history is off, and without it no domain is seen to be ready, so this stage does "
                     "what \"label\" does; set enabled = true in [history], or declare the domain to be "
                     "ready (\"ready\")"
                   : "the history is off, so only the log tells later what was refused and why; "
                     "`backstop history`, `why` and `report` need it");
}

}  // namespace

void check_stores(Draft& draft) {
  check_files(draft);
  check_kept(draft);
  for (std::size_t i = 0; i < draft.domains.size(); ++i) {
    check_kept_back(i, draft);
    check_remembered(i, draft);
  }
}

}  // namespace backstop::config
