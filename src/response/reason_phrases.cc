#include "response/reason_phrases.h"

#include <array>
#include <vector>

#include "response/phrases.h"

namespace backstop::response {
namespace {

using enum Reason;
using enum ReasonWeight;

struct Row {
  Reason reason;
  ReasonWeight weight;
  std::string_view phrases;
};

// clang-format off
constexpr std::array kRows = std::to_array<Row>({
    {ContentRejected, Names,
     "content presents a potential security|security issue|potentially malicious|attachment removed"},
    {Policy, Names,
     "resolver.rst.|only accepts messages from|only accepts mail from|not have permission|"
     "permission to post|restricted group"},
    {RoutingLoop, Names,
     "too many hops|hop count exceeded|mail loop|mail loops back|routing loop|loop detected|"
     "loops back to myself|loops back to me|forwarding loop|too many received headers|"
     "maximum hop count|message looping|is looping|looping!|hop limit|mail is looping|"
     "this message is looping"},
    {MailboxFull, Names,
     "صندوق بريد المستلم ممتلئ|ممتلئ|je plná|on täynnä|är full|er fuld|er full|kutusu dolu|dolu|"
     "переповнен|空间已满|已满|已滿|邮箱空间|γεμάτο|מלאה|가득|megtelt|betelt|pełna|przepełnion|quota esaurita|"
     "vol is|kvoten|kvóta|exceeded storage allocation|overschreden|容量オーバー|一杯|kiintiö|"
     "mailbox is full|mailbox full|e' piena|está llena|esta llena|mailbox for user is full|inbox is full|mail box is full|"
     "mailbox has exceeded|over quota|overquota|over the quota|over its quota|exceeds quota|"
     "quota exceeded|exceeded quota|exceeded its quota|exceeded the quota|exceeded storage|"
     "quota limit|exceeds the quota|out of storage|disk quota|quota full|user has exhausted|"
     "not enough storage space|insufficient mailbox|mailbox exceeds|mailbox size limit|"
     "exceed the limit of mailbox|mailbox quota|mail quota|would exceed mailbox|"
     "recipient's mailbox is over|too many messages in mailbox|user's disk quota|account full|"
     "maildir over|maildirquota|maildir delivery quota|no space left in mailbox|"
     "exceeded the local limit|exceeded mailbox|mailfolder is full|mailbox is currently full|"
     "temporarily over quota|receiving mailbox is full|boîte pleine|boite pleine|"
     "boîte aux lettres pleine|postfach voll|postfach ist voll|postfach des empfängers ist voll|"
     "buzón lleno|buzon lleno|está lleno|esta lleno|casella piena|è piena|caixa postal cheia|"
     "caixa de entrada cheia|está cheia|mailbox vol|postvak is vol|skrzynka pełna|schránka je plná|"
     "переполнен|ящик заполнен|メールボックスの容量|メールボックスがいっぱい|メールボックスが満杯|容量を超|容量制限|邮箱已满|信箱已满|信箱已滿|邮箱空间不足|"
     "용량이 초과|용량 초과|메일함이 가득|편지함이 가득"},
    {TooLarge, Names,
     "message too big|message too large|message size exceeds|exceeds the maximum size|"
     "exceeds size limit|message is too large|message is too big|too large to be delivered|"
     "larger than the limit|larger than the current system limit|exceeds maximum size|"
     "exceeded maximum message size|size limit exceeded|maximum message size|message file too big|"
     "message length exceeds|exceeds the size limit|exceeds fixed size|exceeds our size|"
     "message exceeds the|mail is too large|size exceeded|message larger than|max message size|"
     "exceeded the maximum size|max size limit|exceeds message size|nachricht ist zu groß|"
     "nachricht zu groß|message trop volumineux|demasiado grande|troppo grande|muito grande|"
     "te groot|メールサイズ|サイズが大き"},
    {Virus, Names,
     "virus|malware|infected|trojan|worm detected|clamav|ウイルス|вирус|病毒"},
    {TlsRequired, Names,
     "starttls is required|must issue a starttls|tls is required|tls required|requires tls|"
     "encryption required|tls is not available|tls handshake failed|starttls failed|"
     "tls not available|require tls|secure connection is required|certificate verify failed|"
     "server certificate not|untrusted tls|tls negotiation failed"},
    {RateLimited, Names,
     "rate limit|ratelimit|rate-limit|too many connections|too many messages|too many recipients|"
     "too many emails|too many mails|sending rate|connection rate|exceeded the maximum number of|"
     "excessive rate|unusual rate|throttl|too many concurrent|try again later, rate|"
     "too many sessions|deferred due to excessive|concurrent connection|daily limit|hourly limit|"
     "sending limit|max connections|exceeded the rate limit|recipients per|requests too frequent|"
     "frequency limited"},
    {Spam, Names,
     "spam scale|contener spam|conter spam|es spam|come spam|comme spam|als spam|som spam|"
     "roskaposti|spam message|spam content|is spam|as spam|spam detected|looks like spam|"
     "considered spam|identified as spam|classified as spam|rejected as spam|spam score|"
     "spam filter|spam-like|probable spam|probably spam|suspected spam|possible spam|"
     "detected as spam|blocked as spam|spam-related|spam mail|spamassassin|message is junk|"
     "junk mail|anti-spam|antispam|bulk mail|bulk email filter|likely spam|appears to be spam|"
     "spammy|suspicion of spam|spam rejected|blocked by spam|gtube|message content rejected, ube|"
     "rejected by antispam|rejected by content filter|spam threshold|high spam|dspam|spamscore|スパム|"
     "迷惑メール|is considered unsolicited bulk|phishing"},
    {UserUnknown, Names,
     "]: recipient address rejected: access denied"},
    {DomainUnknown, Names,
     "unable to get mx info"},
    {RelayDenied, Names,
     "relay access denied|relaying denied|relay denied|relay not permitted|relaying not permitted|"
     "relaying not allowed|not permitted to relay|relay not allowed|unable to relay|"
     "relaying prohibited|relaying is prohibited|we do not relay|we don't relay|do not relay|"
     "no relaying|relaying mail|relay operation rejected|not a relay|open relay|denied to relay|"
     "relay is not|isn't in my list of allowed rcpthosts|not in my list of allowed rcpthosts|"
     "rcpthosts|must be authenticated to relay|is not hosted here|domain not hosted|"
     "not a local domain|non-local domain|not local host|domain is not local|this domain is not|"
     "that domain isn't"},
    {AuthenticationFailed, Names,
     "spf fail|spf check|fails spf|failed spf|spf validation|sender policy framework|"
     "not authorized to send|not allowed to send mail from|not permitted to send|"
     "is not allowed to send|unauthenticated email|unauthenticated mail|unauthenticated sender|"
     "authentication required|authentication checks|authentication information|smtp auth|"
     "does not meet the authentication|reverse dns|ptr record|no ptr|cannot find your hostname|"
     "cannot find your reverse hostname|client host rejected: cannot find|domain owner's|"
     "sender verify failed|sender verification failed|sender address verification|fcrdns"},
    {ContentRejected, Names,
     "banned content|banned file|banned attachment|attachment type|attachment is not|"
     "blocked attachment|attachments of this type|prohibited attachment|illegal attachment|"
     "content rejected|content policy|content filter|rejected due to content|invalid header|"
     "header error|bad header|missing header|bare lf|bare linefeed|bare newline|not rfc|rfc 5322|"
     "rfc 2822|rfc5322|rfc2822|non-rfc|does not conform|data format error|contains illegal|"
     "illegal mime|mime error|illegal 8bit|from header|from: header|has no from|multiple from|"
     "subject contains|contains a url|restricted attachment|invalid mime|duplicate header|"
     "syntactically invalid header|header syntax|line too long"},
    {SenderReputation, Names,
     "not accepting mail from|we do not accept mail from|not accept mail from"},
    {NotAcceptingMail, Names,
     "does not accept mail"},
    {NotAcceptingMail, Suggests,
     "not accept mail"},
    {NotAcceptingMail, Names,
     "doesn't accept mail|no mail accepted"},
    {NotAcceptingMail, Suggests,
     "not accepting mail|not accepting messages|not accepting email"},
    {NotAcceptingMail, Names,
     "does not accept email|null mx|nullmx|does not accept messages|doesn't accept messages"},
    {NotAcceptingMail, Suggests,
     "account not accepting|mailbox is not accepting|not currently accepting"},
    {NotAcceptingMail, Names,
     "host does not accept|will not accept mail|smtp service not available|no smtp service"},
    {DomainUnknown, Names,
     "has no mx records|no valid mx|no mx hosts|is not a valid domain|host unknown|unknown host|"
     "host not found|domain not found|unknown domain|no such domain|nonexistent domain|"
     "non-existent domain|domain does not exist|domain doesn't exist|name or service not known|"
     "couldn't find any host|could not find any host|name server: host not found|nxdomain|"
     "domain name not found|unrouteable mail domain|unrouteable domain|"
     "all relevant mx records point to non-existent hosts|could not be found; the domain|"
     "cannot resolve|couldn't resolve|could not resolve|unresolvable|bad destination host|"
     "host name lookup|hostname lookup|dns lookup|no valid mail exchanger|no route to domain|"
     "destination computer was not found|no such host|illegal host/domain|domain isn't|ドメインが存在しません|宛先のドメイン|домен не найден|域名不存在|"
     "domain could not be found|because the domain|dns failure|not find the domain|"
     "hostname doesn't|invalid hostname|host unreachable in dns|badly formed domain"},
    {UserUnknown, Names,
     "kunne ikke genkendes|kunde inte kännas igen|kjennes ikke|המשתמש אינו|אינו קיים|"
     "not found on this system|addresses were unknown|were unknown|destinataire inconnu|"
     "unknown destination|does not have an account|no such person at this address|was not found at|"
     "nem található|hittades inte|ble ikke funnet|blev ikke fundet|ei löytynyt|"
     "nie został znaleziony|nebyl nalezen|не знайдено|bulunamıyor|未找到|そのようなユーザ|ユーザは存在|宛先メールアドレスが|"
     "receiver not found|invalid receiver|no matches to nameserver query|name is not found|nie ma takiego|"
     "user unknown|unknown user|no such user|user not found|user doesn't exist|user does not exist|"
     "unknown recipient|recipient unknown|recipient not found|recipient address rejected: user|"
     "unknown local|unknown address|address unknown|no such recipient|no such mailbox|no mailbox|"
     "mailbox not found|mailbox unknown|unknown mailbox|mailbox does not exist|"
     "mailbox doesn't exist|no such address|no such account|no such person|no such local user|"
     "invalid recipient|recipient is invalid|invalid user|invalid mailbox|bad destination mailbox|"
     "bad destination email|bad recipient|not a known user|not known at|not known here|"
     "not our customer|not listed in|unrouteable address|unroutable address|unknown account|"
     "account not found|account does not|address not found|address does not|addressee unknown|"
     "recipnotfound|recipient not recognized|recipient name is not recognized|couldn't be found|"
     "not found by smtp|unknown virtual|no valid recipient|undefined mail alias|alias not|"
     "user is unknown|there is no user|nobody here|non existent|nonexistent|non-existent|"
     "is not known|user (unknown)|isn't known|undeliverable address|invalid local|"
     "recipient does not|not have an account|no account|not a user|illegal user|user invalid|"
     "wrong recipient|incorrect recipient|unknown userid|existiert nicht|unbekannt|nicht gefunden|"
     "inconnu|n'existe pas|introuvable|desconocido|no existe|no se encontr|sconosciut|non esiste|"
     "inesistente|desconhecid|não existe|não encontrad|onbekend|bestaat niet|okänd|finns inte|"
     "ukendt|findes ikke|ukjent|finnes ikke|tuntematon|ei löydy|nieznan|nie istnieje|nie znalez|"
     "neexistuje|neznám|не существует|не найден|неизвест|нет такого|не існує|bulunamadı|"
     "mevcut değil|δεν βρέθηκε|δεν υπάρχει|存在しません|見つかりません|宛先が不明|ユーザーが不明|不存在|找不到|无此用户|查无此|用户不存在|"
     "존재하지|찾을 수 없|없는 사용자|nem létezik|ismeretlen|לא נמצא|אינה קיימת|غير موجود|لم يتم العثور"},
    {MailboxDisabled, Names,
     "mailbox disabled|account disabled|account is disabled|account has been disabled|"
     "mailbox is disabled|has been suspended|account suspended|account inactive|"
     "account is inactive|mailbox inactive|mailbox is inactive|inactive user|inactive mailbox|"
     "user is inactive|is inactive|has been deactivated|account locked|mailbox locked|"
     "account expired|no longer active|no longer in use|no longer works|no longer employed|"
     "no longer with|no longer accepts|no longer receives|left the company|user has moved|"
     "address has changed|is not active|account closed|closed account|account has been closed|"
     "temporarily disabled|mailbox unavailable for this user|account is not available|"
     "account unavailable|user disabled|disabled recipient|disabled user|"
     "account that you tried to reach is disabled|inactive recipient|mailbox blocked|"
     "account is blocked|account blocked|mailbox is blocked|deaktiviert|désactivé|desactivada|"
     "desactivado|disattivat|desativad|заблокирован|отключен|停用|已被禁用|휴면|利用停止"},
    {SenderReputation, Names,
     "blacklist|black list|blocklist|block list|blocked using|blacklisted|blocklisted|blackhole|"
     "dnsbl|rbl|spamhaus|spamcop|barracudacentral|sorbs|uceprotect|poor reputation|bad reputation|"
     "low reputation|your host is|banned sending ip|ip address is blocked|ip blocked|"
     "ip address has been|client host blocked|dynamic ip|dynamic address|residential|"
     "sender rejected|sender denied|sender blocked|sender address rejected|sender is blocked|"
     "rejects mail from|bad helo|helo command rejected|helo/ehlo|"
     "invalid helo|deny list|denylist|block-list|"
     "service unavailable; client host|senderbase|see http://postmaster|"
     "domain of sender address|unroutable sender|bad guy"},
    {NetworkError, Suggests,
     "name server timeout"},
    {Expired, Suggests,
     "20 attempts|could not be fully delivered|too many attempts|retry timeout exceeded|"
     "retry time not reached|retry period|message expired|delivery time expired|delivery expired|"
     "expired|timed out while|timeout|too long in queue|in the queue too long|been in the queue|"
     "could not be delivered within|unable to deliver for|message too old|giving up|"
     "delivery attempts|cannot send message for|could not send message for|delivery time|"
     "i'm not going to try again|queue for too long|retried for|4.4.7|still undelivered|"
     "unable to deliver in time|gave up|maximum time"},
    {NetworkError, Suggests,
     "could not contact any mx|network error on|connection refused|connection timed out|connection reset|connection dropped|"
     "connection closed|network is unreachable|network unreachable|no route to host|"
     "operation timed out|conversation with|lost connection|could not connect|couldn't connect|"
     "cannot connect|unable to connect|failed to connect|connect to|host is unreachable|"
     "host unreachable|not responding|wasn't able to establish an smtp connection|remote host|"
     "i/o error|timed out|temporary lookup failure|host not reachable|"
     "server unavailable|no answer from host|broken pipe|socket|unreachable|接続できません"},
    {SystemError, Suggests,
     "local error|internal error|system error|configuration error|service unavailable|"
     "service not available|server error|system config|input/output error|can't create|"
     "cannot create|can't open|cannot open|unable to write|disk full|no space left|"
     "insufficient system|temporary failure|temporarily unavailable|temporary error|"
     "local configuration|command died|pipe to|unknown mailer|unknown mail transport|mailer error|"
     "process failed|permission denied|out of memory|resources|local delivery failed|"
     "mailing list expansion|procmail|exit status|syntax error|protocol error|"
     "command not recognized|bad sequence|unexpected|out of order|mailer \"|local problem|"
     "can't exec|system not accepting"},
    {Spam, Suggests,
     "message rejected as"},
    {UserUnknown, Suggests,
     "recipient rejected"},
    {SenderReputation, Suggests,
     "is blocked|has been blocked|refused to talk to me"},
    {Policy, Suggests,
     "policy|not allowed|not permitted|prohibited|rejected by|administrative prohibition|"
     "administratively|administrator|restricted|restriction|unauthorized|not authorized|denied by|"
     "message refused|message rejected|delivery not authorized|refused by|mail rejected|security|"
     "transport.rules|rejected|denied|refused|blocked|filtered|拒否|拒绝|拒絕|отклонен|abgelehnt|"
     "zurückgewiesen|refusé|rechazad|rifiutat|recusad|geweigerd"},
    {MailboxFull, Suggests,
     "has reached the maximum|storage quota|est pleine|speicherplatz|exceeded his|account is over"},
    {TlsRequired, Suggests,
     "dane|mta-sts"},
    {RateLimited, Suggests,
     "exceeded limit|messages per|mails per|too fast"},
    {Spam, Suggests,
     "no spam|spam/|spam or|of spam|unsolicited|垃圾|спам"},
    {RelayDenied, Suggests,
     "relay|to relay|relaying to"},
    {AuthenticationFailed, Suggests,
     "dkim|dmarc|rdns|not authenticated|authentication failed|spf record|your domain"},
    {ContentRejected, Suggests,
     "message content|improper|8bit|8-bit|message-id|character set|charset|url in|contains url|"
     "malformed|rfc 822|line length"},
    {DomainUnknown, Suggests,
     "the domain|no mx|mx record|dns error|invalid domain|lookup failure|address of the host"},
    {UserUnknown, Suggests,
     "rcpt to|sorry, no|user not|no user|utilisateur|empfänger|없습니다|unknown to|5.1.1|"
     "does not exist|doesn't exist|not exist|could not be found|was not found|wasn't found|"
     "cannot be found|can't be found|not recognized|not a valid|invalid address|bad address|"
     "mailbox not available|mailbox unavailable|doesn't have a|not in my|"
     "unable to find"},
    {MailboxDisabled, Suggests,
     "is locked|frozen|not active|deactivated|정지|gesperrt|is suspended|has moved|address change|"
     "no longer available|no longer valid"},
    {SenderReputation, Suggests,
     "your ip|sending ip|listed in|listed on|listed at|"
     "sender domain|messages from|mail from domain|mail from you|banned|mail server has been|"
     "reputation"},
});
// clang-format on

}  // namespace

std::span<const ReasonPhrase> reason_phrases() {
  static const std::vector<ReasonPhrase> all = [] {
    std::vector<ReasonPhrase> phrases;
    for (const auto& row : kRows) {
      for_each_phrase(row.phrases,
                      [&](std::string_view phrase) { phrases.push_back({phrase, row.reason, row.weight}); });
    }
    return phrases;
  }();
  return all;
}

std::vector<std::string_view> reason_phrase_texts() {
  std::vector<std::string_view> texts;
  for (const auto& row : reason_phrases()) texts.push_back(row.phrase);
  return texts;
}

}  // namespace backstop::response
