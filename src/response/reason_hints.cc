// The words that suggest a reason, and count only if neither words that name one nor the status do. Those
// that say most come first.
#include <array>

#include "response/reason_phrases.h"

namespace backstop::response {
namespace {

using enum Reason;
using enum ReasonWeight;

// clang-format off
constexpr std::array kRows = std::to_array<ReasonRow>({
    {NotAcceptingMail, Suggests,
     "not accept mail"},
    {NotAcceptingMail, Suggests,
     "not accepting mail|not accepting messages|not accepting email"},
    {NotAcceptingMail, Suggests,
     "not currently accepting"},
    {Expired, Suggests, "queue|days|hours", "could not be delivered|could not deliver|unable to deliver|"
     "returned|timed out|too long|expired|too old|undelivered|gave up|give up|tried|attempted|without success"},
    {NetworkError, Suggests,
     "name server timeout"},
    {Expired, Suggests,
     "20 attempts|could not be fully delivered|too many attempts|retry timeout exceeded|"
     "retry time not reached|retry period|message expired|delivery time expired|delivery expired|"
     "expired|too long in queue|in the queue too long|been in the queue|could not be delivered within|"
     "unable to deliver for|message too old|giving up|delivery attempts|cannot send message for|"
     "could not send message for|delivery time|i'm not going to try again|queue for too long|"
     "retried for|4.4.7|still undelivered|unable to deliver in time|gave up|maximum time|"
     "on the queue too long|queued too long|retries exhausted|max retries|retry limit|maximum retries|"
     "attempts failed|been on the queue|queue too long|lifetime"},
    {NetworkError, Suggests,
     "error communicating|could not contact any mx|network error|refused the connection|no connection could|connection could not|"
     "zeitüberschreitung|délai dépassé|tiempo de espera|verbindung zum|verbindung mit|connexion au serveur|"
     "conexión con el servidor|connection refused|connection timed out|connection reset|"
     "connection dropped|connection closed|network is unreachable|network unreachable|no route to|"
     "operation timed out|conversation with|lost connection|could not connect|cannot connect|"
     "unable to connect|failed to connect|connect to|host is unreachable|host unreachable|"
     "not responding|was not able to establish an smtp connection|i/o error|timed out|timeout while|"
     "timeout waiting|timeout on|connect timeout|smtp timeout|session timeout|socket timeout|"
     "read timeout|host not reachable|server unavailable|no answer from|broken pipe|socket|unreachable|"
     "接続できません|connection lost|connection was|connection broke|connection failed|connection error|"
     "no response|did not respond|"
     "all hosts|host down|closed connection|dropped the connection|connection to the|"
     "remote host said nothing|greeting failed|connection attempt|could not reach|cannot reach|"
     "unable to reach|did not answer"},
    {NetworkError, Suggests, "connection|session", "reset|failed|refused|dropped|lost|aborted|broken|interrupted|timed out"},
    {SystemError, Suggests,
     "on our side|went wrong|something broke|system error|configuration error|service unavailable|"
     "service not available|server error|"
     "system config|input/output error|cannot create|cannot open|unable to write|cannot write|"
     "could not write|disk full|no space left|insufficient system|temporary failure|"
     "temporarily unavailable|temporary error|local configuration|command died|pipe to|unknown mailer|"
     "unknown mail transport|mailer error|process failed|permission denied|out of memory|resources|"
     "local delivery failed|mailing list expansion|procmail|exit status|syntax error|protocol error|"
     "command not recognized|bad sequence|unexpected|out of order|mailer \"|local problem|cannot exec|"
     "system not accepting|internal server|internal problem|not implemented|unrecognized command|"
     "command unrecognized|unknown command|bad command|insufficient disk|lookup error|backend|"
     "queue file|write error|try again later|in processing|unable to open|could not open|upstream|"
     "could not load|unable to load|is down|busy|service shutting|shutting down|system unavailable|"
     "server is down|high load|load average|temporary system|server configuration|misconfig|"
     "unable to process|cannot process|processing error|software error|failure in|disk has no|no free space|"
     "out of disk|disk is full|"
     "no disk space|low on disk|free disk space|cannot be read"},
    {Spam, Suggests,
     "message rejected as|no spam|spam/|of spam|unsolicited|suspicious|unwanted|junk|垃圾|спам|spam|advertis"},
    {SenderReputation, Suggests,
     "bl0000|tor exit|tor node|anonymizer|dial-up|dialup|is blocked|has been blocked|refused to talk to me|"
     "see http://postmaster"},
    {MailboxFull, Suggests,
     "has reached the maximum|storage quota|est pleine|speicherplatz|exceeded his|account is over|quota"},
    {RateLimited, Suggests,
     "exceeded limit|messages per|mails per|too fast|excessive|complaints|temporarily deferred|too many"},
    {Policy, Suggests,
     "recipient address rejected: access denied"},
    {RelayDenied, Suggests,
     "relay"},
    {AuthenticationFailed, Suggests,
     "credentials|authentic"},
    {ContentRejected, Suggests,
     "improper|charset|url in|malformed|due to content|content reason|bad content|its content"},
    {DomainUnknown, Suggests,
     "the domain|no mx|address of the host|domain name|in dns"},
    {UserUnknown, Suggests,
     "recipient rejected|sorry, no|no user|utilisateur|empfänger|없습니다|unknown to|5.1.1|does not exist|"
     "not exist|could not be found|was not found|cannot be found|not recognized|not a valid|"
     "invalid address|bad address|does not have a|unable to find|rejected address|recipient refused|"
     "recipient denied|unknown|undeliverable to|not deliverable"},
    {MailboxDisabled, Suggests,
     "is locked|frozen|not active|deactivated|정지|gesperrt|is suspended|has moved|address change|"
     "no longer available|no longer valid|inactive|disabled|suspended"},
    {SenderReputation, Suggests,
     "aup#|your ip|sending ip|listed in|listed on|listed at|listed by|messages from|mail from you|"
     "banned|mail server has been|abuse"},
    {NotAcceptingMail, Suggests,
     "not accepting|does not accept"},
    {Policy, Suggests, "richtlinie|política|politica|politique|политик|策略|ポリシー|policy|policies|security|"
     "restriction"},
    // RFC 5321's words for 550, which servers say of everything.
    {UserUnknown, Suggests, "mailbox unavailable|mailbox not available|mailbox is unavailable|"
     "recipient address rejected|"
     "address rejected|address refused|address denied|address not accepted"},
    // These say that a mail is refused, and nearly nothing about why.
    {Policy, Suggests,
     "not allowed|not permitted|prohibited|rejected by|administrative prohibition|administratively|"
     "administrator|restricted|unauthorized|not authorized|denied by|message refused|message rejected|"
     "refused by|mail rejected|transport.rules|rejected|denied|refused|blocked|filtered|拒否|拒绝|拒絕|"
     "отклонен|abgelehnt|zurückgewiesen|refusé|rechazad|rifiutat|recusad|geweigerd|verweigert|verboten|"
     "interdit|prohibid|not acceptable|unacceptable|forbidden|violat|rule|firewall|filter|reject|refuse|"
     "not accepted|not accept"},
});
// clang-format on

}  // namespace

std::span<const ReasonRow> reason_hints() {
  return kRows;
}

}  // namespace backstop::response
