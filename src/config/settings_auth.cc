// The rows of [auth].
#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "config/row.h"
#include "config/texts.h"

namespace backstop::config {

namespace {

using intake::AuthList;
using intake::AuthResults;
using intake::AuthSettings;
using intake::AuthUse;
using std::chrono::seconds;

constexpr std::string_view kListForm =
    R"(a table such as { zone = "bl.example", ask = "address", do = "reject" })";

Kind<AuthUse> use_kind() {
  return enum_kind<AuthUse>({"record", "reject", "off"});
}

/// The members of an [[auth.list]], each with its own kind.
struct ListKinds {
  Kind<std::string> zone = host_name_kind();
  Kind<AuthList::Asked> ask = enum_kind<AuthList::Asked>({"address", "domain"});
  Kind<bool> is_rejecting = convert<bool>(
      choice_kind({"record", "reject"}), [](std::size_t index) { return index == 1; },
      [](bool rejects) { return rejects ? 1UZ : 0UZ; });
  Kind<bool> is_null_sender_only = boolean_kind();
};

template <typename T>
void read_member(const TomlNode& member, const Kind<T>& kind, T& value, ReadContext& context) {
  if (auto read = kind.read(member, context)) value = std::move(*read);
}

std::optional<AuthList> read_list(const TomlNode& node, ReadContext& context) {
  static constexpr std::string_view kNames[] = {"zone", "ask", "do", "null_sender_only"};
  if (node.type != TomlType::Table) {
    refuse_type(node, kListForm, context);
    return std::nullopt;
  }
  const ListKinds kinds;
  AuthList list;
  for (const TomlNode& member : node.children) {
    if (member.key == "zone") {
      read_member(member, kinds.zone, list.zone, context);
    } else if (member.key == "ask") {
      read_member(member, kinds.ask, list.ask, context);
    } else if (member.key == "do") {
      read_member(member, kinds.is_rejecting, list.is_rejecting, context);
    } else if (member.key == "null_sender_only") {
      read_member(member, kinds.is_null_sender_only, list.is_null_sender_only, context);
    } else {
      refuse_member(member, kNames, context);
    }
  }
  if (!list.zone.empty()) return list;
  if (node.find("zone") == nullptr) context.mistake(node.place, "the list has no \"zone\"");
  return std::nullopt;
}

std::string show_list_entry(const AuthList& list) {
  const ListKinds kinds;
  return fmt::format("{{ zone = {}, ask = {}, do = {}, null_sender_only = {} }}", kinds.zone.show(list.zone),
                     kinds.ask.show(list.ask), kinds.is_rejecting.show(list.is_rejecting),
                     kinds.is_null_sender_only.show(list.is_null_sender_only));
}

Kind<std::vector<AuthList>> lists_kind() {
  return list_kind(
      Kind<AuthList>{.description = std::string(kListForm), .read = read_list, .show = show_list_entry},
      "a list of tables, each such as " + std::string(kListForm.substr(kListForm.find('{'))));
}

}  // namespace

std::vector<Setting> auth_settings() {
  const Rows auth(Section::Auth);
  return {
      auth("spf", use_kind(), &AuthSettings::spf,
           {.help = "SPF of the reverse path. Record: it is looked at if something uses it: a ledger, "
                    "`dmarc`, or `results = \"whole\"`. Reject: a fail is refused at RCPT (550 5.7.23), and "
                    "451 4.4.3 if DNS fails. Off: only for `dmarc`."}),
      auth("dmarc", use_kind(), &AuthSettings::dmarc,
           {.help = "The DKIM signatures, and DMARC of the domain in From. Record: as for `spf`. Reject: a "
                    "mail that fails is refused (550 5.7.26) if the domain wants that (p=reject), and gets "
                    "451 4.4.3 if DNS fails."}),
      auth("sender_domain", use_kind(), &AuthSettings::sender_domain,
           {.help = "Whether the domain of the reverse path exists and takes mail. Record: as for `spf`. "
                    "Reject: a null MX is refused (550 5.7.27); a domain that does not exist gets 451 4.1.8, "
                    "and 550 5.1.8 if it is still so 60 seconds to a day later. A failure of DNS refuses "
                    "nothing."}),
      auth("list", lists_kind(), &AuthSettings::lists,
           {.help = "Lists in DNS. Each has its zone, what it is asked about (address: the client; domain: "
                    "that of the reverse path), and what is done with who is listed (record or reject: 550 "
                    "5.7.1). null_sender_only: it lists servers that send backscatter, and is asked about "
                    "bounces alone. May be written as [[auth.list]]. A list that fails refuses nothing.",
            .example = R"([{ zone = "bl.example", ask = "address", do = "reject" }])"}),
      auth("results", enum_kind<AuthResults>({"streamed", "whole", "none"}), &AuthSettings::results,
           {.help = "Which Authentication-Results field a mail gets that was checked. Streamed: of SPF, for "
                    "which the header waits up to 5 seconds; what comes later is not in it. Whole: of "
                    "everything; mails are held in memory for it, up to `held`. None: no field."}),
      auth("authserv_id", host_name_kind(), &AuthSettings::authserv_id,
           {.help = "The name in our own field, if it is not the hostname. Fields of strangers that bear it "
                    "are taken out.",
            .example = R"("mx.example.org")"}),
      auth("time", duration_kind<seconds>({.least = seconds{1}, .most = seconds{60}}), &AuthSettings::time,
           {.help = "How long DNS is asked for a mail after each of the first recipient, the header and the "
                    "end of its data. "
                    "What is not known then counts as an error of DNS. RFC 7208 (4.6.4) asks for at least "
                    "20s."}),
      auth("shared_senders", list_kind(host_name_kind(), R"(a list of domains, such as ["spf.example.net"])"),
           &AuthSettings::shared_senders,
           {.help = "Services that send for many customers, beside those that Backstop knows: SPF records "
                    "include them by these names. An SPF pass through one of them says little.",
            .example = R"(["spf.example.net"])"}),
  };
}

}  // namespace backstop::config
