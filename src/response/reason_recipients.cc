// The English words that name a reason in the recipient, its domain or a system on the way.
#include <array>

#include "response/reason_phrases.h"

namespace backstop::response {
namespace {

using enum Reason;
using enum ReasonWeight;

constexpr std::string_view kAddressees =
    "mailbox|account|user|recipient|address|addressee|alias|destination|person|subscriber|customer|employee|"
    "rcpt|inbox|local part|local-part|student|member";

// clang-format off
constexpr std::array kRows = std::to_array<ReasonRow>({
    {NotAcceptingMail, Names,
     "does not accept mail"},
    {NotAcceptingMail, Names,
     "does not accept mail|no mail accepted"},
    {NotAcceptingMail, Names,
     "does not accept email|null mx|nullmx|does not accept messages"},
    {NotAcceptingMail, Names,
     "host does not accept|will not accept mail|smtp service not available|no smtp service"},
    {NotAcceptingMail, Names,
     "domain",
     "no longer receive|no longer accept|no longer get|no longer take|retired|discontinued|shut down|"
     "decommissioned|not take mail|not take any mail|not receive|takes no mail|"
     "switched off|accepts no mail|is parked|receives no|gets no mail"},
    {SystemError, Names, "temporary lookup failure"},
    {DomainUnknown, Names,
     "has no mx records|no valid mx|no mx hosts|is not a valid domain|host unknown|unknown host|"
     "host not found|domain not found|unknown domain|no such domain|nonexistent domain|"
     "non-existent domain|domain does not exist|name or service not known|could not find any host|"
     "name server: host not found|nxdomain|domain name not found|unrouteable mail domain|"
     "unrouteable domain|all relevant mx records point to non-existent hosts|"
     "could not be found; the domain|cannot resolve|could not resolve|unresolvable|bad destination host|"
     "host name lookup|hostname lookup|dns lookup|no valid mail exchanger|no route to domain|"
     "destination computer was not found|no such host|illegal host/domain|domain is not valid|"
     "domain is not found|domain is not known|ドメインが存在しません|宛先のドメイン|домен не найден|域名不存在|"
     "domain could not be found|because the domain|dns failure|not find the domain|hostname does not|"
     "invalid hostname|host unreachable in dns|badly formed domain|no such destination domain|"
     "domain invalid|domain unknown|no mx or a|no mx record|no a record|non-existing domain|"
     "domain name does not|no dns entry|no dns entries|no dns record|server for the domain|server for domain|"
     "server for that domain|neither mx|neither an mx|"
     "no address record|unknown recipient domain|invalid recipient domain|"
     "invalid domain|domain is invalid|recipient domain|unable to find mx|could not find a mail server|"
     "no mail server|no mail exchanger|dns query|dns error|dns domain|mx record|mx lookup|mx host|"
     "lookup failure|domain is not registered|domain has expired|expired domain|address resolution|"
     "failed to resolve|unable to resolve|not resolve"},
    {MailboxDisabled, Names,
     "is terminated|user is disabled|mailbox disabled|account disabled|account is disabled|"
     "account has been disabled|mailbox is disabled|has been suspended|account suspended|"
     "account inactive|account is inactive|mailbox inactive|mailbox is inactive|inactive user|"
     "inactive mailbox|user is inactive|is inactive|has been deactivated|account locked|mailbox locked|"
     "account expired|no longer active|no longer in use|no longer works|no longer employed|"
     "no longer with|no longer accepts|no longer receives|left the company|user has moved|"
     "address has changed|is not active|account closed|closed account|account has been closed|"
     "temporarily disabled|mailbox unavailable for this user|account is not available|"
     "account unavailable|user disabled|disabled recipient|disabled user|"
     "account that you tried to reach is disabled|inactive recipient|mailbox blocked|account is blocked|"
     "account blocked|mailbox is blocked|deaktiviert|désactivé|desactivada|desactivado|disattivat|"
     "desativad|заблокирован|отключен|停用|已被禁用|휴면|利用停止"},
    {DomainUnknown, Names,
     "mail server of|mail server for|mail host of|mail host for|mail exchanger of|mail exchanger for|"
     "server for that domain",
     "not be found|not found|cannot find|could not find|unknown"},
    {UserUnknown, Names,
     "kunne ikke genkendes|kunde inte kännas igen|kjennes ikke|המשתמש אינו|אינו קיים|"
     "not found on this system|addresses were unknown|were unknown|destinataire inconnu|"
     "unknown destination|does not have an account|no such person at this address|was not found at|"
     "nem található|hittades inte|ble ikke funnet|blev ikke fundet|ei löytynyt|nie został znaleziony|"
     "nebyl nalezen|не знайдено|bulunamıyor|未找到|そのようなユーザ|ユーザは存在|宛先メールアドレスが|receiver not found|"
     "invalid receiver|no matches to nameserver query|name is not found|nie ma takiego|user unknown|"
     "unknown user|no such user|user not found|user does not exist|unknown recipient|recipient unknown|"
     "recipient not found|recipient address rejected: user|unknown local|unknown address|"
     "address unknown|no such recipient|no such mailbox|no mailbox|mailbox not found|mailbox unknown|"
     "unknown mailbox|mailbox does not exist|no such address|no such account|no such person|"
     "no such local user|invalid recipient|recipient is invalid|invalid user|invalid mailbox|"
     "bad destination mailbox|bad destination email|bad recipient|not a known user|not known at|"
     "not known here|not our customer|not listed in|unrouteable address|unroutable address|"
     "unknown account|account not found|account does not exist|address not found|address does not exist|"
     "addressee unknown|recipnotfound|recipient not recognized|recipient name is not recognized|"
     "could not be found|not found by smtp|unknown virtual|no valid recipient|undefined mail alias|"
     "alias not found|alias not known|user is unknown|there is no user|nobody here|non existent|"
     "nonexistent|non-existent|is not known|user (unknown)|undeliverable address|invalid local|"
     "recipient does not exist|not have an account|no account|not a user|illegal user|user invalid|"
     "wrong recipient|incorrect recipient|unknown userid|existiert nicht|unbekannt|nicht gefunden|"
     "inconnu|n'existe pas|introuvable|desconocido|no existe|no se encontr|sconosciut|non esiste|"
     "inesistente|desconhecid|não existe|não encontrad|onbekend|bestaat niet|okänd|finns inte|ukendt|"
     "findes ikke|ukjent|finnes ikke|tuntematon|ei löydy|nieznan|nie istnieje|nie znalez|neexistuje|"
     "neznám|не существует|не найден|неизвест|нет такого|не існує|bulunamadı|mevcut değil|δεν βρέθηκε|"
     "δεν υπάρχει|存在しません|見つかりません|宛先が不明|ユーザーが不明|不存在|找不到|无此用户|查无此|用户不存在|존재하지|찾을 수 없|없는 사용자|nem létezik|"
     "ismeretlen|לא נמצא|אינה קיימת|غير موجود|لم يتم العثور|recipientnotfound|invalid-recipient|"
     "mailbox name not allowed|mailbox name is not|mailbox name invalid|not in recipient list|"
     "not our user|not a valid user|no longer exists|no longer here|no longer on|not in directory|"
     "not in the directory|not a valid mailbox|not a valid recipient|not a valid address|"
     "not a valid rfc|no user by|no user with|no one by|no such|mailbox invalid|not on file|never heard|"
     "addressee is unknown|not known to us|no longer known|not a member|does not like recipient|"
     "check the recipient|double-checking the recipient|typo|user not exist|not exist in|user not known|"
     "user not listed|user not valid|user not local|unknown rcpt|"
     "account that you tried to reach does not|not in my|we do not know|somebody we do not|not one we know|"
     "works here|not live here|lives here|absent from|nobody called|nobody named|nobody of|nobody by|"
     "no one called|no one named|"
     "list of valid addresses|list of valid recipients|list of valid users|list of known addresses|"
     "list of known users|"
     "list of known recipients|address book|addressbook"},
    {UserUnknown, Names, "recipient|user|address|mailbox", "is absent|missing from|is missing in|"
     "not contained in|not in any"},
    {UserUnknown, Names,
     "directory|recipient|user|person|mailbox|addressee", "no entry|no record of"},
    {MailboxDisabled, Names,
     kEnglishBoxes,
     "disabled|barred|suspended|inactive|deactivated|discontinued|terminated|cancelled|canceled|retired|"
     "frozen|dormant|not active|no longer active|turned off|not enabled|locked|closed|not activated|"
     "no longer in service|no longer accept|no longer valid|no longer available|archived|abandoned|"
     "has left|has moved|moved to|not in use|no longer used|administratively|disable|inactiv|"
     "decommissioned|withdrawn|unavailable due to|on vacation|no longer work|no longer monitored|"
     "has been blocked|is blocked|not accepting|unused|out of service|temporarily unavailable|"
     "not been used|not logged|out of use|put out of|switched off|been withdrawn|was withdrawn|was terminated|"
     "gone to another|works elsewhere"},
    {DomainUnknown, Names,
     "domain part|recipient's domain|recipient domain|domain of the recipient|destination domain|"
     "target domain|domain of recipient|destination host|target host",
     "unknown|not exist|not found|invalid|not resolve|cannot be resolved|could not be resolved|"
     "not be found|cannot find|bad|no such|nonexist|non-exist|misspelled|wrong"},
    {DomainUnknown, Names,
     "domain", "no mail host|no mail server|mail server of|mail exchanger of|no exchanger"},
    {MailboxDisabled, Names, "address|alias|person",
     "retired|discontinued|deactivated|decommissioned|no longer in use|no longer active|inactive|"
     "switched off|withdrawn|not active|no longer in service|was closed|is closed|been closed|cancelled|"
     "canceled|"
     "no longer accept|been disabled|is disabled|abandoned|moved to"},
    {UserUnknown, Names,
     kAddressees,
     "not be located|cannot locate|could not locate|unable to locate|not have such|no longer exist|"
     "not belong|unable to verify|cannot verify|not assigned|not one of|not ours|impossible|unknown|"
     "not exist|does not exist|doesnt exist|no such|not found|invalid|not known|nonexist|non-exist|"
     "not a valid|not valid|not recognized|not recognised|not listed|does not have|undefined|"
     "unable to find|cannot find|could not find|not present|is not a user|is not a known|"
     "is not a registered|is not an active|is not one of|not here|unrecognized|unrecognised|not in our|"
     "no valid|bogus|not match|misspelled|not registered|not a local|cannot be verified|not on this|"
     "not on our|incorrect|not in the|verification problem|verification error|verification failed|"
     "could not be verified|unverified|unroutable|unrouteable|undeliverable|bad|wrong|illegal|"
     "not in this|deleted|removed|does not match|no matching|not defined|not located|not configured|"
     "not hosted|verify address|not be found|no mailbox|no account|check for|typo|unresolvable|"
     "cannot be resolved|malformed|syntax|not deliverable|not handled|not local|not on the list of|"
     "not among|not provisioned"},
    {DomainUnknown, Names,
     "domain|host|hostname|mail server|mx|dns",
     "not exist|does not exist|not found|unknown|nonexist|non-exist|invalid|cannot find|could not find|"
     "unresolvable|not resolve|no a record|not be found|lookup failed|lookup fail|no such|"
     "not registered|could not be resolved|cannot be resolved|illegal|misspelled"},
    {SenderReputation, Names,
     "blacklist|black list|blocklist|block list|blackhole|reputation|your host is|ip address is blocked|"
     "ip blocked|bad sender|bad outbound sender|is blocked from sending|traffic not accepted|"
     "restricted entity|ip address has been|client host blocked|dynamic ip|dynamic address|residential|"
     "sender rejected|sender denied|sender blocked|sender address rejected|sender is blocked|"
     "rejects mail from|bad helo|helo command rejected|helo/ehlo|invalid helo|deny list|denylist|"
     "block-list|service unavailable; client host|domain of sender address|unroutable sender|bad guy|"
     "invalid sender|sender invalid|sender refused|sender not accepted|sender is not accepted|"
     "not accepting connections from"},
    {NotAcceptingMail, Names,
     "accepts no mail|never takes mail|never accepts mail|no smtp service here|takes no mail|"
     "no mail is accepted|no mail accepted here|only sends|"
     "not a mail server|no mail service|not receive mail|not receive email|not receive messages|"
     "send-only|send only|outgoing mail only|outbound only|no incoming mail|does not receive|"
     "cannot receive mail|not monitored|unmonitored|does not accept incoming|not accept inbound|"
     "no inbound"},
    {SystemError, Names,
     "internal server error|internal error|local error|overloaded|allocate resources|out of resources|"
     "internal failure|internal problem|resources temporarily|insufficient resources|not enough resources|"
     "system resources|ldap|database|"
     "milter|daemon unavailable|maintenance|technical problem|technical difficult|technical reason"},
});
// clang-format on

}  // namespace

std::span<const ReasonRow> reason_rows_of_recipients() {
  return kRows;
}

}  // namespace backstop::response
