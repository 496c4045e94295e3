#include "config/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "config/row.h"
#include "config/texts.h"

namespace backstop::config {

namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;

std::vector<Setting> server_settings() {
  const Rows server(Section::Server);
  return {
      server("hostname", host_name_kind(), &gateway::Settings::hostname,
             {.help =
                  "The name of this host: in greetings, in EHLO and in the Received fields that are added. A "
                  "U-label is written there as its A-label.",
              .example = R"("mx.example.org")",
              .need = Need::Needed}),
      server("help_url", web_url_kind(), &gateway::Settings::help_url,
             {.help = "A page that refusals point to, for senders who want to know more. `%c` in it stands "
                      "for the cause. "
                      "Without it they point to the page of [http] if that has a `public_url`.",
              .example = R"("https://mail.example.org/refused")"}),
      server("workers", count_kind({.least = 1, .most = 1024, .zero = "one for each core"}),
             &ServerSettings::workers, {.help = "Threads that serve connections."}),
      server("user", user_name_kind(), &ServerSettings::user,
             {.help = "The user to become once the addresses are bound, if Backstop is started as root.",
              .example = R"("backstop")"}),
      server("status_socket", path_kind(), &ServerSettings::status_socket,
             {.help = "The socket at which `backstop status` asks the running server; only the user and the "
                      "group that it runs as may connect. Without it, it is beside the file of the history: "
                      "var/history.db.sock. If there is no history, it is beside the ledger, the quarantine "
                      "or the held store; without any of them there is none.",
              .example = R"("/run/backstop/status.sock")"}),
  };
}

std::vector<Setting> keys_settings() {
  const Rows keys(Section::Keys);
  constexpr auto kMostDays = static_cast<std::size_t>(origin::TagSettings::kMostLifetime.count());
  return {
      keys("file", path_kind(), &Config::key_file,
           {.help = "The key file, as `backstop keys new` makes it. Without one no mail gets a "
                    "tag. It must belong to the user that the program runs as.",
            .example = R"("var/keys")"}),
      keys(
          "tags", boolean_kind(), &gateway::Settings::has_tags,
          {.help = "Whether the reverse paths of what leaves are tagged. A tag is the one proof that changes "
                   "the envelope (docs/tags.md). Tags are always read."}),
      keys("lifetime_days",
           convert<days>(
               count_kind({.least = 1, .most = kMostDays}), [](std::size_t number) { return days(number); },
               [](days time) { return static_cast<std::size_t>(time.count()); }),
           &origin::TagSettings::lifetime, {.help = "Days that a tag is good after the day of its making."}),
      keys("form", enum_kind<origin::TagForm>({"prefix", "sub-address"}), &origin::TagSettings::form,
           {.help = "How tags are written. Prefix: prvs=TAG=user@domain. Sub-address: user+prvs=TAG@domain. "
                    "Both are read."}),
      keys("delimiter", character_kind(), &origin::TagSettings::delimiter,
           {.help = "What parts a user from a sub-address, as your mail server has it (Postfix: "
                    "recipient_delimiter). One character. An address in a file of `recipients` covers its "
                    "sub-addresses."}),
  };
}

std::vector<Setting> proofs_settings() {
  const Rows proofs(Section::Proofs);
  return {
      proofs(
          "watermark", boolean_kind(), &Config::watermark,
          {.help = "Whether mail that leaves gets a Backstop-Watermark field, if its envelope sender or its "
                   "From is of a domain of ours. It takes a key that signs in [keys]. Watermarks are always "
                   "read."}),
      proofs(
          "dkim_keys", path_kind(), &Config::dkim_folder,
          {.help = "A folder of the public DKIM keys of your domains, one file a key, also of keys that no "
                   "longer sign: a bounce that returns a header with your own signature is genuine. "
                   "`backstop keys dkim-import` fills it. It is read at start and at a reload.",
           .example = R"("var/dkim")"}),
      proofs("dkim_lookup", boolean_kind(), &gateway::Settings::dkim_lookup,
             {.help = "Whether a key of your domains that is not in the folder is looked up in DNS."}),
      proofs("resolvers", list_kind(endpoint_kind(), R"(a list such as ["127.0.0.1:53"])"),
             &gateway::Settings::resolvers,
             {.help = "Servers that are asked for these keys and for the checks of [auth]. They should run "
                      "on this machine and validate, "
                      "since on a network an answer can be forged. Without any, those of /etc/resolv.conf.",
              .example = R"(["127.0.0.1:53"])"}),
  };
}

std::vector<Setting> quarantine_settings() {
  const Rows quarantine(Section::Quarantine);
  // A retired key stays for at least this long, so nothing that is kept outlives the key that opens it.
  constexpr hours kMostKeep = origin::kMemory;
  return {
      quarantine(
          "url", store_url_kind(), &store::QuarantineSettings::url,
          {.help = "Where responses are kept back: a file of SQLite. Without it there is no quarantine, "
                   "and what would be kept back is labelled. Takes a key file in [keys].",
           .example = R"("sqlite:var/quarantine.db")"}),
      quarantine("keep", duration_kind<hours>({.least = hours{1}, .most = kMostKeep}),
                 &store::QuarantineSettings::keep, {.help = "How long. Older ones are deleted."}),
      quarantine("most_bytes", size_kind({.least = kMiB, .most = 1024 * kGiB}),
                 &store::QuarantineSettings::most_bytes,
                 {.help = "How large the file may grow. Then further responses are labelled and delivered."}),
      quarantine(
          "digest", boolean_kind(), &store::QuarantineSettings::digest,
          {.help = "Whether the owner of a mailbox is told once a day, by one mail, what is kept back."}),
  };
}

std::vector<Setting> held_settings() {
  const Rows way_out(Section::WayOut);
  return {
      way_out("url", store_url_kind(), &store::QuarantineSettings::url,
              {.help = "Where responses are held on their way out: a file of SQLite. Takes a key file in "
                       "[keys].",
               .example = R"("sqlite:var/held.db")"}),
      way_out("keep", duration_kind<hours>({.least = hours{1}, .most = origin::kMemory}),
              &store::QuarantineSettings::keep, {.help = "How long they are kept. Older ones are deleted."}),
      way_out("most_bytes", size_kind({.least = kMiB, .most = 1024 * kGiB}),
              &store::QuarantineSettings::most_bytes,
              {.help = "How large the file may grow. Then further responses leave if the rates allow it."}),
  };
}

std::vector<Setting> tls_settings() {
  const Rows tls(Section::Tls);
  return {
      tls("certificate", path_kind(), &TlsFiles::certificate,
          {.help = "The certificate for clients (PEM), ours first, then those that lead to its root.",
           .example = R"("/etc/backstop/tls/fullchain.pem")"}),
      tls("key", path_kind(), &TlsFiles::key,
          {.help = "Its key (PEM). It is refused where everybody can read it.",
           .example = R"("/etc/backstop/tls/key.pem")"}),
      tls("next_hop_ca", path_kind(), &gateway::Settings::next_hop_ca,
          {.help =
               "The authorities (PEM) that vouch for next hops with next_hop_tls = \"verified\"; without it, "
               "those of the system.",
           .example = R"("/etc/ssl/certs/ca-certificates.crt")"}),
  };
}

std::vector<Setting> history_settings() {
  const Rows history(Section::History);
  return {
      history("enabled", boolean_kind(), &Config::history_enabled,
              {.help = "Whether each decision is kept, for `backstop history`."}),
      history(
          "ordinary", boolean_kind(), &Config::history_ordinary,
          {.help = "Whether mail that is no response and was delivered is kept, too. The log has it in any "
                   "case."}),
      history("url", store_url_kind(), &store::HistorySettings::url,
              {.help = "Where it is kept: a file of SQLite."}),
      history("keep", duration_kind<hours>({.least = hours{1}, .most = hours{24 * 3650}, .zero = "for ever"}),
              &store::HistorySettings::keep, {.help = "How long. Older events are deleted."}),
      history("most_bytes", size_kind({.least = kMiB, .most = 1024 * kGiB, .zero = "no limit"}),
              &store::HistorySettings::most_bytes,
              {.help = "How large the file may grow. Then the oldest events are deleted."}),
      history(
          "buffer", count_kind({.least = 1, .most = 1'000'000}), &store::HistorySettings::buffer,
          {.help =
               "Events that wait in memory while the file can't be written. More are lost, and counted."}),
      history("batch", duration_kind<milliseconds>({.least = milliseconds{1}, .most = milliseconds{60'000}}),
              &store::HistorySettings::batch,
              {.help = "How long events are gathered at most before they are written together."}),
  };
}

std::vector<Setting> ledger_settings() {
  const Rows ledger(Section::Ledger);
  const auto kept = duration_kind<days>({.least = days{1}, .most = days{366}});
  return {
      ledger("url", store_url_kind(), &store::LedgerSettings::url,
             {.help = "Where it is: a file of SQLite, with its secrets in PATH.keys beside it. Without a url "
                      "there is no ledger.",
              .example = R"("sqlite:var/ledger.db")"}),
      ledger("keep_ids", kept, &store::LedgerSettings::keep_ids,
             {.help = "How long Message-IDs are known that left, with their addressees."}),
      ledger("keep_pairs", kept, &store::LedgerSettings::keep_pairs,
             {.help = "How long it is known who wrote to whom."}),
      ledger("keep_arrivals", kept, &store::LedgerSettings::keep_arrivals,
             {.help = "How long it is known which mail arrived, and how its sender was authenticated."}),
  };
}

std::vector<Setting> surge_settings() {
  const Rows surge(Section::Surge);
  return {
      surge(
          "tighten", boolean_kind(), &gateway::Settings::is_tightening,
          {.help =
               "Whether, while a mailbox or its domain is flooded, automatic replies without a proof "
               "are kept back at the stage reject, if the domain is ready. They are never refused for it."}),
  };
}

std::vector<Setting> log_settings() {
  const Rows log(Section::Log);
  return {
      log("level", enum_kind<os::LogLevel>({"debug", "info", "warning", "error"}), &os::LogSettings::level,
          {.help = "The least of what is logged."}),
      log("format", enum_kind<os::LogFormat>({"human", "json"}), &os::LogSettings::format,
          {.help = "One line an event: for people, or as a JSON object."}),
      log("file", path_kind(), &os::LogSettings::file,
          {.help = "The file to log to; without it, standard error.",
           .example = R"("/var/log/backstop.log")"}),
  };
}

template <auto kList>
std::size_t add_to(Draft& draft, Place place) {
  auto& list = draft.*kList;
  list.emplace_back().place = place;
  return list.size() - 1;
}

template <auto kList>
Place place_in(const Draft& draft, std::size_t index) {
  return (draft.*kList).at(index).place;
}

std::vector<Setting> all_settings() {
  std::vector<Setting> all;
  for (const auto part : {server_settings, gateway_settings, milter_settings, socketmap_settings,
                          http_settings, domain_settings, keys_settings, proofs_settings, auth_settings,
                          quarantine_settings, way_out_settings, held_settings, tls_settings,
                          history_settings, ledger_settings, surge_settings, log_settings, limit_settings}) {
    std::ranges::move(part(), std::back_inserter(all));
  }
  const Draft blank = blank_draft();
  for (Setting& one : all) {
    if (one.need != Need::Needed) one.default_value = one.show(blank, 0);
  }
  return all;
}

}  // namespace

std::string SectionInfo::label() const {
  return is_list() ? fmt::format("[[{}]]", name) : fmt::format("[{}]", name);
}

const std::vector<SectionInfo>& sections() {
  static const std::vector<SectionInfo> kSections = {
      {Section::Server, "server", "The program as a whole."},
      {Section::Gateway, "gateway",
       "A way that mail takes through Backstop; one section for each. At least one is needed, "
       "unless there is a [milter].",
       add_to<&Draft::gateways>, place_in<&Draft::gateways>},
      {Section::Milter, "milter",
       "The milter, which Postfix and Sendmail ask (docs/milter.md). It can stand beside gateways or alone."},
      {Section::Socketmap, "socketmap",
       "A table for Postfix's recipient_canonical_maps: it finds the mailbox of an address that has a tag of "
       "ours in front (docs/milter.md)."},
      {Section::Http, "http",
       "The dashboard and the API for browsers and programs (docs/http.md). It shows nothing but sums "
       "without a "
       "login."},
      {Section::Domain, "domain", "A domain of ours; one section for each.", add_to<&Draft::domains>,
       place_in<&Draft::domains>},
      {Section::Keys, "keys", "Tags, with which bounces prove that they answer mail of ours (docs/tags.md)."},
      {Section::Proofs, "proofs",
       "Proofs beside tags, with which bounces prove that they answer mail of ours (docs/proofs.md)."},
      {Section::Auth, "auth", "How the senders of arriving mail are checked (docs/authentication.md)."},
      {Section::Quarantine, "quarantine", "Responses that are kept back (docs/quarantine.md)."},
      {Section::WayOut, "way_out",
       "Responses of your own servers on their way out (docs/policy.md, docs/held.md)."},
      {Section::Tls, "tls", "Certificates."},
      {Section::History, "history", "What was decided, and why."},
      {Section::Ledger, "ledger",
       "What left and to whom, and what arrived, as keyed hashes (docs/ledger.md). A bounce proves itself by "
       "a Message-ID that is in it."},
      {Section::Surge, "surge",
       "What is done in a surge: a flood of unproven responses to one mailbox or domain (docs/policy.md)."},
      {Section::Log, "log", "What is told while it runs. Contents of messages are never logged."},
      {Section::Limits, "limits", "What a client may cost."},
  };
  return kSections;
}

const SectionInfo& info(Section section) {
  return *std::ranges::find(sections(), section, &SectionInfo::section);
}

bool Setting::has_default() const {
  return !default_value.empty() && default_value != "\"\"" && default_value != "[]" && default_value != "{}";
}

const std::vector<Setting>& settings() {
  static const std::vector<Setting> kSettings = all_settings();
  return kSettings;
}

const Setting* find_setting(Section section, std::string_view key) {
  const auto found = std::ranges::find_if(
      settings(), [&](const Setting& one) { return one.section == section && one.key == key; });
  return found == settings().end() ? nullptr : &*found;
}

Draft blank_draft() {
  Draft draft;
  for (const SectionInfo& one : sections()) {
    if (one.is_list()) one.add(draft, {});
  }
  return draft;
}

}  // namespace backstop::config
