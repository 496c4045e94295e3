#include "intake/shared_sender.h"

#include <algorithm>
#include <string_view>

#include "auth/domain_relation.h"
#include "base/domain_key.h"

namespace backstop::intake {

namespace {

// The domains below which these services keep the SPF records that their customers include.
constexpr std::string_view kShared[] = {
    // Mailboxes.
    "spf.protection.outlook.com", "google.com", "spf.messagingengine.com", "zoho.com", "zoho.eu",
    "zohomail.com", "mx.ovh.com", "_spf.perfora.net", "_spf.kundenserver.de", "_spf-eu.ionos.com",
    "_spf-us.ionos.com", "smtp.strato.de", "kasserver.com", "hosteurope.de", "_spf.aruba.it",
    "secureserver.net", "spf.web-hosting.com", "spf.privateemail.com", "mail.hostinger.com", "hostinger.com",
    "websitewelcome.com", "bluehost.com", "netblocks.dreamhost.com", "_mailcust.gandi.net", "spf.one.com",
    "_custspf.one.com", "spf.infomaniak.ch", "yandex.net", "mail.ru", "spf.mail.qq.com", "icloud.com",
    "emailsrvr.com", "titan.email", "spf.migadu.com", "_spf.protonmail.ch", "relay.mailchannels.net",
    "antispamcloud.com",
    // Senders of newsletters and of programs' mail.
    "amazonses.com", "sendgrid.net", "mailgun.org", "mailjet.com", "mcsv.net", "mandrillapp.com", "mtasv.net",
    "sendinblue.com", "brevo.com", "sparkpostmail.com", "salesforce.com", "exacttarget.com", "mktomail.com",
    "hubspotemail.net", "zendesk.com", "freshdesk.com", "freshemail.io", "createsend.com",
    "constantcontact.com", "elasticemail.com", "smtp2go.com", "socketlabs.com",
    // Filters that send for the mailboxes behind them.
    "messagelabs.com", "pphosted.com", "ppe-hosted.com", "mimecast.com", "barracudanetworks.com",
    "hornetsecurity.com", "mailspamprotection.com", "iphmx.com", "trendmicro.com", "sophos.com"};

bool is_within_service(std::string_view domain, std::span<const std::string> more) {
  return std::ranges::any_of(kShared, [&](std::string_view one) { return auth::is_within(domain, one); }) ||
         std::ranges::any_of(
             more, [&](const std::string& one) { return auth::is_within(domain, base::domain_key(one)); });
}

}  // namespace

bool is_shared_sender(std::span<const std::string> through, std::span<const std::string> more) {
  return std::ranges::any_of(
      through, [&](const std::string& one) { return is_within_service(base::domain_key(one), more); });
}

}  // namespace backstop::intake
