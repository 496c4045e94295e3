#include "response/reason_phrases.h"

#include <array>
#include <unordered_set>
#include <vector>

#include "response/phrases.h"

namespace backstop::response {
namespace {

using enum Reason;
using enum ReasonWeight;

// The words of several rows.
constexpr std::string_view kSenders =
    "valid from|from: domain|sender address|address of sender|address of the sender|domain of sender|domain "
    "of the sender|"
    "sender domain|sender's domain|sender's address|sending domain|from domain|envelope sender|"
    "envelope from|envelope-from|return path|return-path|your domain|originating domain|from address|"
    "sender email|sender's email|sender's mail|mail from|domain part of sender|domain part of the sender|"
    "your address|your email address|return address|sender e-mail|originator|sender <|reverse-path|"
    "reverse path";
constexpr std::string_view kHosts =
    "ip|ips|client host|your host|your server|sending server|sending host|your mail server|mail server "
    "at|mail server [|mailserver [|mail server ip|"
    "your network|subnet|netblock|hostname|host name|connecting host|connecting client|your mta|client|"
    "your system|your provider|your isp|sending mta|sending system|source address|country|remote ip|"
    "connections from|mail from your|traffic";

// clang-format off
constexpr std::array kRows = std::to_array<ReasonRow>({
    {TooLarge, Names, "resolver.rst.recipsizelimit|resolver.rst.sendsizelimit"},
    {TooLarge, Names, "up to|at most|no more than|maximum of", "mb|mib|gb|megabyte|kilobyte"},
    {ContentRejected, Names,
     "content presents a potential security|security issue|potentially malicious"},
    {Policy, Names,
     "resolver.rst.|only accepts messages from|only accepts mail from|not have permission|"
     "permission to post|restricted group|only accept mail from|only accept messages from|"
     "approved senders|allowed senders|authorized senders|authorised senders|internal senders|"
     "delivery restriction|sender restriction|moderat|members only|members-only|known senders|"
     "known contacts|trusted senders|only takes|takes only|accepts only|only allows mail|"
     "only accepts mail|only accepts messages|from outside|outside of the company|outside the company|"
     "from external|external mail|internal use|internal only|internal mail only|from the internet|"
     "membership|not subscribed|must be subscribed|non-member|nonmember|not a subscriber|only members|"
     "does not have permission|will not accept delivery|not accept this message|recipient's safe|"
     "greylist|graylist|grey list|grey-list|greylisting|limited to its members|limited to members|"
     "limited to subscribers|only subscribers|subscribers only|subscribers may|not want your mail|not want mail from you|may write to|can write to|"
     "may send to this|non member|external senders|list owner|"
     "needs approval|needs the approval|be approved|non-subscriber|nonsubscriber|closed to non|closed list|"
     "closed group|members may"},
    {Policy, Names,
     "list|group|posting|post to", "reserved for|restricted to|open to"},
    {Policy, Names,
     "free mail|freemail|free-mail|free e-mail|free email|free webmail",
     "policy|provider|account|service|not accept|take|refuse|reject|address|block|not allow|from"},
    {Policy, Names,
     "not authorized|not authorised|not allowed|not permitted|not in the list|authorized to|allowed to|"
     "permission",
     "to this recipient|to the recipient|to this group|to the group|distribution|to the destination|"
     "to this mailbox|to this address|to this list|to this user|external senders|to the mailing list|"
     "outside your organization|outside the organization|to the following recipient|to those recipients"},
    {DomainUnknown, Names,
     "unable to get mx info"},
    {RoutingLoop, Names,
     "too many hops|hop count exceeded|mail loop|mail loops back|routing loop|loop detected|"
     "loops back to myself|loops back to me|forwarding loop|too many received headers|maximum hop count|"
     "looping message|message looping|is looping|looping!|hop limit|mail is looping|this message is looping|"
     "exceeded hop|too many hop|infinite loop|loops back|loop in routing|delivered-to loop|"
     "loop was detected|looped|hops exceeded|received headers|received: lines"},
    {MailboxFull, Names,
     "number of messages in recipient|number of messages in the mailbox|exceeded the local limit"},
    {RateLimited, Names,
     "quota of connections|connection quota|quota for connections|5.2.121|5.2.122|4.7.28|5.7.28|"
     "sending quota|message quota|queue quota|send quota|outbound quota|"
     "too quickly|at a rate|receive limit|send limit|receiving limit|thread limit|too frequent|"
     "too many recent|unexpected volume|volume limit|unusual rate|sent too many|sending too|"
     "receiving too many|received too many|message rate|mail rate|messages per hour|per hour|per minute|"
     "per second|per connection|per session|per day|exceeded the number of messages|short period|"
     "quota of messages|maximum number of|number of messages|number of connections|number of recipients|"
     "number of emails|an hour|this hour|this minute|last hour|last minute|too much mail from|"
     "too much mail to|ratecontrol|rate control"},
    // The queue of one mail is not that of a customer.
    {Expired, Names,
     "queue|queued", "lifetime|maximum time|maximum queue|max queue|queue time|time limit|retry time"},
    {RateLimited, Names,
     "message queue|mail queue|queued mail|queued message|queued e-mail|queued email|messages queued|"
     "messages are queued|mails queued|queue limit|"
     "queue allowance|queue quota|queue size",
     "exceed|maximum|allowance|reached|limit|too many|more|permit|full"},
    {RateLimited, Names, "more mail|more messages|more e-mail|more email|more queued|faster", "than"},
    {RateLimited, Names,
     "volume|rate|amount of mail|number of mails", "unusually|abnormally|exceptionally|suspiciously|"
     "very high|volume is high|high volume"},
    {RateLimited, Names,
     "hourly|daily|in a day|24 hours|today|within an hour|sending|messages sent|emails sent|"
     "recipient limit",
     "quota|limit|exceed|reached|maximum"},
    {RateLimited, Names,
     "rate|frequency|frequent|rapid|speed|volume|excessive|unusual",
     "limit|exceed|too high|excessive|slow down|reduce|restrict|reached|traffic|recipients|connections|"
     "unknown|complaints|errors|messages|sending pattern|activity"},
    {RateLimited, Names, "messages|mails|emails|recipients|connections",
     "in one connection|in this connection|in a connection|in the connection|in a single|in one session|"
     "in this session|in a session|in the session|over this connection|over one connection|"
     "on this connection|on one connection|at once|at a time|at the same time|in a row|too fast"},
    {MailboxFull, Names,
     "صندوق بريد المستلم ممتلئ|ممتلئ|je plná|on täynnä|är full|er fuld|er full|kutusu dolu|dolu|"
     "переповнен|空间已满|已满|已滿|邮箱空间|γεμάτο|מלאה|가득|megtelt|betelt|pełna|przepełnion|quota esaurita|vol is|"
     "kvoten|kvóta|exceeded storage allocation|overschreden|容量オーバー|一杯|kiintiö|mailbox is full|"
     "mailbox full|e' piena|está llena|esta llena|mailbox for user is full|inbox is full|"
     "mail box is full|mailbox has exceeded|too many messages on|too many mails on|over quota|overquota|"
     "over the quota|over its quota|exceeds quota|quota exceeded|exceeded quota|exceeded its quota|"
     "exceeded the quota|exceeded storage|quota limit|exceeds the quota|out of storage|disk quota|"
     "quota full|user has exhausted|not enough storage space|insufficient mailbox|mailbox exceeds|"
     "mailbox size limit|exceed the limit of mailbox|mailbox quota|mail quota|would exceed mailbox|"
     "recipient's mailbox is over|too many messages in mailbox|user's disk quota|account full|"
     "maildir over|maildirquota|maildir delivery quota|no space left in mailbox|"
     "exceeded the local limit|exceeded mailbox|mailfolder is full|mailbox is currently full|"
     "temporarily over quota|receiving mailbox is full|boîte pleine|boite pleine|"
     "boîte aux lettres pleine|postfach voll|postfach ist voll|postfach des empfängers ist voll|"
     "buzón lleno|buzon lleno|está lleno|esta lleno|casella piena|è piena|caixa postal cheia|"
     "caixa de entrada cheia|está cheia|mailbox vol|postvak is vol|skrzynka pełna|schránka je plná|"
     "переполнен|ящик заполнен|メールボックスの容量|メールボックスがいっぱい|メールボックスが満杯|容量を超|容量制限|邮箱已满|信箱已满|信箱已滿|邮箱空间不足|"
     "용량이 초과|용량 초과|메일함이 가득|편지함이 가득|quota violation|quota is full|out of quota|quotaexceeded|overdrawn|"
     "folder full|folder is full|box full|quota has been|no room in|too many messages in|"
     "recipient storage full|storage full|storage is full|mbox full|mail storage|is over capacity|"
     "quota reached|quota was exceeded|not enough space|not enough room|insufficient space|"
     "insufficient quota|no storage|store is full|user is full|not enough free space"},
    {MailboxFull, Names,
     "storage", "used up|used all|consumed|all its|all their|ran past|is gone"},
    {MailboxFull, Names,
     kEnglishBoxes,
     "hit its|hit the|ran past|past its|past the|its size limit|at its size|its maximum size|reached its|"
     "consumed|full|insufficient storage|ran out of|run out of|too full|used up|exhausted|allotment|disk space|"
     "limit exceeded|limits exceeded|above its|at capacity|reached maximum|no more mail|over quota|"
     "quota|out of space|no space|no room|space left|out of room|over limit|over its limit|"
     "over their limit|over the limit|storage limit|storage capacity|more space|allocated space|"
     "allotted space|exceeded its size|exceeded the size|exceeded its maximum|maximum allowed size|"
     "free space|reached its limit|reached the limit|too many messages stored|exceeds allowed size|"
     "capacity|exceeded its storage|exceeded their storage|storage allocation"},
    {TooLarge, Names,
     "message too big|message too large|message size exceeds|exceeds the maximum size|"
     "exceeds size limit|message is too large|message is too big|too large to be delivered|"
     "larger than the limit|larger than the current system limit|exceeds maximum size|"
     "exceeded maximum message size|size limit exceeded|maximum message size|message file too big|"
     "message length exceeds|exceeds the size limit|exceeds fixed size|exceeds our size|"
     "message exceeds the|mail is too large|size exceeded|message larger than|max message size|"
     "exceeded the maximum size|max size limit|exceeds message size|nachricht ist zu groß|"
     "nachricht zu groß|message trop volumineux|demasiado grande|troppo grande|muito grande|te groot|"
     "メールサイズ|サイズが大き|5.3.4|message is larger|mail too big|mail too large|too much data|e-mail too large|"
     "email too large|email is too large|mail size|maximum allowed size|msg size|message size limit|"
     "message size exceed|attachment is too large|attachment too large|message too long|max email size|"
     "size limit for this"},
    {TooLarge, Names, "exceed|larger|bigger|maximum|limit|too big|too large|greater", "mb|kb|mib|kib|"
     "megabyte|kilobyte"},
    {TooLarge, Names,
     "message|mail|e-mail|attachment|data|size",
     "too large|too big|larger than|bigger than|exceeds the limit|exceeded the limit|exceeds maximum|"
     "exceeded maximum|exceeds limit|size limit|maximum size|max size|size of|allowed size|"
     "permitted size|oversize|kb limit|mb limit|megabyte|exceeds max"},
    {Virus, Names,
     "virus|malware|infected|trojan|worm|clamav|ウイルス|вирус|病毒|ransomware|infection|malicious attachment|"
     "malicious file|malicious code|malicious content|dangerous attachment|executable attachment|"
     "dangerous file|potentially dangerous|potentially executable|macro|contains an executable"},
    {RateLimited, Names,
     "recipient count|recipients|connection|connections|sessions|session|messages per|message count|"
     "threads",
     "limit|maximum|too frequent|frequent|too high|excessive"},
    {TlsRequired, Names,
     "starttls is required|must issue a starttls|tls is required|tls required|requires tls|"
     "encryption required|tls is not available|tls handshake failed|starttls failed|tls not available|"
     "require tls|secure connection is required|certificate verify failed|server certificate not|"
     "untrusted tls|tls negotiation failed|starttls is not|starttls not|without tls|without encryption|"
     "unencrypted|non-tls|plaintext connection|mta-sts|tlsa|dane|dnssec|starttls-not-supported|"
     "certificate-|certificate has expired|certificate expired|no tls|use tls|use starttls|over tls|"
     "via tls|start tls"},
    {TlsRequired, Names,
     "encrypt the session|encrypt the connection|encrypt your|encrypt first|only talk tls|only speak tls|"
     "only use tls|starttls first|tls first"},
    {TlsRequired, Names,
     "cleartext|clear-text|tls|starttls|encrypt|ssl|cipher|handshake|certificate|secure connection|"
     "secure channel",
     "require|must|need|mandatory|not offered|not support|unsupported|failed|failure|unable|cannot|"
     "could not|not available|error|insecure|enforce|not accepted without|refuse|reject|only accept|too old|"
     "validat|"
     "issue a|over a|minimum|mismatch|not trusted|untrusted|invalid|was not sent|not sent"},
    {AuthenticationFailed, Names,
     "rate limited because|blocked because|rejected because|bounced because",
     "unauth|spf|dkim|dmarc|ptr|not authenticated|did not pass|reverse dns"},
    {RateLimited, Names,
     "rate limit|ratelimit|rate-limit|too many connections|too many messages|too many recipients|"
     "too many emails|too many mails|sending rate|connection rate|exceeded the maximum number of|"
     "excessive rate|unusual rate|throttl|too many concurrent|try again later, rate|too many sessions|"
     "deferred due to excessive|concurrent connection|daily limit|hourly limit|sending limit|"
     "max connections|exceeded the rate limit|recipients per|requests too frequent|frequency limited|"
     "too many simultaneous|too many open|too many invalid recipients|too many errors from|"
     "too many unknown|too many invalid|too many bad|too many requests|too many sent|"
     "too many transactions|too many rcpt|too many delivery|too many parallel|too many active|"
     "too many attempts from|simultaneous|max message|slow down|server busy|connection limit|"
     "message limit|bandwidth|threshold exceeded|exceeded the threshold|flood|too much traffic|"
     "bulk sending|burst|traffic limit|deferred due to user complaints|sender limit|limit on the number|"
     "limited the|concurrency"},
    {ContentRejected, Names,
     "duplicate header|multiple addresses in from|multiple from|more than one from"},
    {AuthenticationFailed, Names, "invalid ip"},
    {DomainUnknown, Names, "find a mail exchanger|mail exchanger or ip"},
    // T-Online
    {SenderReputation, Names, "a problem occurred", "(bl)|ask your postmaster for help"},
    {SenderReputation, Names,
     "blocked using|spamhaus|spamcop|barracudacentral|sorbs|uceprotect|dnsbl|rbl|spamrats|invaluement|"
     "senderscore|sender score|proofpoint dynamic reputation|cloudmark sender intelligence|csi-global|"
     "csi.cloudmark|talosintelligence|talos|senderbase|ip reputation|reputation of|domain reputation|"
     "sender reputation|reputation score|abusix|blocked by rbl|psbl|spfbl|fortiguard|"
     "trendmicro.com/reputation|reputation service|ers-|ipcheck|spam source|intrusion prevention|"
     "spam complaints|spam sources|source of spam|sends spam|sending spam|spam from your|spamming|"
     "spammer|known spam source|known spammer|badmailfrom|reject list|block for spam|blocked for spam|"
     "block for abuse|blocked for abuse|blocked sender|blocked for sending|(con:|(rtr:|(dyn:|"
     "compromised|open proxy|botnet|abuse from|abusive|hijacked|banned sender|banned sending ip"},
    {AuthenticationFailed, Names,
     "spf|sender policy framework|dkim|dmarc|ptr|rdns|reverse dns|reverse lookup|reverse hostname|"
     "reverse host|reverse record|fcrdns|forward-confirmed|map back|does not map|resolve back|"
     "forward confirmed|arc seal|arc fail|reverse mapping|reverse-dns|inverse dns|domainkeys|"
     "domain keys|not aligned|unauthenticated email|unauthenticated mail|unauthenticated sender|"
     "unauthenticated message|anti-spoof|antispoof|spoof|client was not authenticated|not owned by|"
     "rejected: not logged in|are not logged in|sender id|forged|forgery|required authentication level|"
     "in-addr.arpa|a valid hostname|no valid hostname|impersonat|dynamic dns hostname|missing hostname|"
     "missing rdns"},
    {Spam, Names,
     "surbl|uribl|ivmuri|dbl.|phish|blacklisted url|spam url|url in blacklist|blacklisted link|"
     "blacklisted domain in|contains a blacklisted"},
    {Spam, Names,
     "url|urls|link|links|uri|website|web site",
     "blacklist|blocklist|block list|black list|deny list|denylist|listed|blocked|spam|reputation|malicious|"
     "suspicious|bad|dbl|on the list of"},
    {Spam, Names,
     "bulk|advertis|advertising", "not wanted|not welcome|refused|rejected|blocked|not accept|no thanks"},
    {Spam, Names,
     "spam", "filter|says|said|rated|classified|classed|identified|detected|judged|verdict|tagged|marked|"
     "flagged|recognised|recognized"},
    {SenderReputation, Names,
     "sbl|xbl|pbl|cbl"},
    {Spam, Names,
     "spam scale|contener spam|conter spam|es spam|come spam|comme spam|als spam|som spam|roskaposti|"
     "spam message|spam content|is spam|as spam|spam detected|looks like spam|considered spam|"
     "identified as spam|classified as spam|rejected as spam|spam score|spam filter|spam-like|"
     "probable spam|probably spam|suspected spam|possible spam|detected as spam|blocked as spam|"
     "spam-related|spam mail|spamassassin|message is junk|junk mail|anti-spam|antispam|bulk mail|"
     "bulk email filter|likely spam|appears to be spam|spammy|suspicion of spam|spam rejected|"
     "blocked by spam|gtube|message content rejected, ube|rejected by antispam|"
     "rejected by content filter|spam threshold|high spam|dspam|spamscore|スパム|迷惑メール|"
     "is considered unsolicited bulk|likely unsolicited|unsolicited mail|unsolicited message|"
     "unsolicited bulk|unsolicited email|unsolicited commercial|is unsolicited|junk e-mail|junk email|"
     "as junk|as bulk|is bulk|is junk|marked as unwanted|as unwanted|bulk email|spam signature|"
     "contains spam|similar to spam|resembles spam|spam or|spam check|spam engine|spam scan|"
     "spam probability|spam points|spam level|spam rating|spam policy|spam rule|spam pattern|spam test|"
     "spam in|spam detect|spam found|spam blocked|spam refused|spam not|spam e-mail|spam email|"
     "high probability of spam|due to spam|scored|rspamd|bayes|heuristic|unwanted mail|unwanted message|"
     "scam|fraud|considered to be spam|ube|uce|no spam|not accept spam|do not accept spam|like spam|"
     "to be spam|was spam|spam."},
    {UserUnknown, Names,
     "]: recipient address rejected: access denied"},
    {UserUnknown, Names,
     "5.4.1",
     "recipient address rejected: access denied|addresses rejected : access denied|"
     "addresses rejected: access denied|access denied. as("},
    {SenderReputation, Names, "sender address rejected|sender rejected",
     "user unknown|unverified|undeliverable|mailbox unavailable"},
    {UserUnknown, Names,
     "user unknown in|unknown in relay|unknown in local|unknown in virtual|account does not exist|"
     "user does not exist|mailbox does not exist|recipient does not exist"},
    {UserUnknown, Names,
     "recipient|local part|local-part|rcpt|destination address",
     "rfc 5321|rfc5321|rfc-5321|rfc 2821|rfc2821|rfc 821|rfc821|grammar"},
    {RelayDenied, Names,
     "not handle mail for|not handle email for|not handle e-mail for|not handle messages for|"
     "not handle mail to|"
     "no longer handle mail for|not handling mail for|not responsible for mail for|not serve mail for|"
     "relay access denied|relaying denied|relay denied|relay not permitted|relaying not permitted|"
     "relaying not allowed|not permitted to relay|relay not allowed|unable to relay|relaying prohibited|"
     "relaying is prohibited|we do not relay|do not relay|no relaying|relaying mail|"
     "relay operation rejected|not a relay|open relay|denied to relay|relay is not|"
     "is not in my list of allowed rcpthosts|not in my list of allowed rcpthosts|rcpthosts|"
     "must be authenticated to relay|is not hosted here|domain not hosted|not a local domain|"
     "non-local domain|not local host|domain is not local|this domain is not here|that domain is not in|"
     "relaying disallowed|relay is denied|relay prohibited|relaying is not|relaying is denied|"
     "relay attempt|attempt to relay|relay rejected|relay for|relay from|relaying from|"
     "unauthorized relay|unauthorized relaying|no relay|cannot relay|cannot be relayed|relay mail|"
     "relay to|anti-relay|to remote domains|relay restrict|not handled here|not the mail server for|"
     "not a mail exchanger for|not the mx for|not configured for|not served here|not a domain we|"
     "domain we handle|domain is not served|we do not handle|not responsible for|is not local|"
     "not an accepted domain|not configured to accept mail for|no local domain|not in my domains|"
     "not a hosted domain|do not host|relay blocked|to other domains|no domain of ours|for our own domains|"
     "not one of our domains|none of our domains|not in charge of|no exchanger for|not the exchanger for|"
     "not an exchanger for"},
    {RelayDenied, Names, "domain",
     "not handled|not served|not hosted|not local|not ours|not one of ours|not accepted here|not in my|"
     "not in our|not configured here|do not serve"},
    {RelayDenied, Names,
     "relay|relaying|forward mail|forward to|forwarding",
     "denied|reject|not allowed|not permitted|refuse|prohibit|disallow|unauthori|forbidden|block|"
     "not able|disabled"},
    {AuthenticationFailed, Names,
     "spf fail|spf check|fails spf|failed spf|spf validation|sender policy framework|"
     "not authorized to send|not allowed to send mail from|not permitted to send|is not allowed to send|"
     "unauthenticated email|unauthenticated mail|unauthenticated sender|authentication required|"
     "authentication checks|authentication information|smtp auth|does not meet the authentication|"
     "reverse dns|ptr record|no ptr|cannot find your hostname|cannot find your reverse hostname|"
     "client host rejected: cannot find|domain owner's|sender verify failed|sender verification failed|"
     "sender address verification|authentication failure|not authenticated|authenticate first|"
     "must authenticate|must be authenticated|requires authentication|require authentication|"
     "login required|log in first|not authorized to use|unauthorized sender|bad credentials|"
     "authentication credentials|authentication failed|failed authentication|"
     "authentication unsuccessful|username and password|invalid login|auth required|"
     "unauthenticated senders|unauthenticated user|authentication level|verify the sender|verify sender|"
     "verify your|sender callback|callout|could not verify sender|cannot verify sender|smtp-auth|"
     "auth first|auth command|use auth|smtp authentication"},
    {AuthenticationFailed, Names,
     "authenticat|login|log in",
     "required|must|fail|need|pass|first|check|policy|invalid|missing|lack"},
    {AuthenticationFailed, Names,
     "allowed to send|allow sending|authorized to send|permitted to send|allows to send|designate|"
     "permitted sender",
     "ip|host|domain|server|from|mail|sender"},
    {ContentRejected, Names,
     "banned:|banned content|banned file|banned attachment|attachment type|attachment is not|"
     "blocked attachment|attachments of this type|prohibited attachment|illegal attachment|"
     "content rejected|content policy|content filter|rejected due to content|invalid header|"
     "header error|bad header|missing header|bare lf|bare linefeed|bare newline|not rfc|rfc 5322|"
     "rfc 2822|rfc5322|rfc2822|non-rfc|does not conform|data format error|contains illegal|illegal mime|"
     "mime error|illegal 8bit|from header|from: header|has no from|multiple from|subject contains|"
     "contains a url|restricted attachment|invalid mime|duplicate header|syntactically invalid header|"
     "header syntax|line too long|lines too long|line length|content denied|content blocked|"
     "prohibited content|objectionable content|content is not|inappropriate|offensive|profanity|"
     "forbidden content|content restriction|content violation|content is blocked|message content|"
     "content-type not|bad content-type|invalid content-type|unsupported content-type|blocked file|"
     "file type|file extension|filename|attachments not|missing date|missing from|missing subject|"
     "missing message-id|missing to|rfc 822|not rfc822|rfc822 compl|rfc 5322 compliant|8bit|8-bit|"
     "nul character|nul byte|bare carriage|bare cr|malformed message|malformed mime|malformed header|"
     "malformed mail|charset not|character set|invalid character|message format|invalid message|"
     "body contains|words in|banned word|expressions that|forbidden word|too many attachments|no subject|"
     "empty subject|"
     "encrypted archive|password protected|password-protected|zip file|double extension|utf8 header|"
     "smtputf8|non-ascii|bad message-id|message-id"},
    {ContentRejected, Names,
     "attachment|attached|archive|executable|header|mime type|mime part|mime boundar|mime struct|"
     "subject line|date field|message body|body of|the body|mail body|your text|text of|message text|mail text|"
     "content of|contents of|the content|your content|its content|words in",
     "not allowed|not permitted|prohibit|forbid|block|reject|refuse|denied|illegal|invalid|missing|"
     "malformed|bad|unacceptable|banned|disallow|duplicate|multiple|not accept|violat|improper|syntax|"
     "restricted|not valid|must|required|incorrect|not welcome|not wanted|not supported|too long|"
     "too many|broken"},
    {ContentRejected, Names, "attachment|attached file", "removed|stripped|deleted|quarantined"},
    {SenderReputation, Names,
     "not accepting mail from|we do not accept mail from|not accept mail from|not accept email from|"
     "not accept messages from|refuse mail from|refuse all mail from|no mail from|mail refused from|"
     "accepted from this ip|accepted from your|not accepted from|not welcome|not wanted"},
    {SenderReputation, Names,
     kSenders,
     "not found|not exist|does not exist|not resolve|resolvable|no mx|no a record|unroutable|"
     "unrouteable|resolve|invalid|not valid|unknown|nxdomain|must exist|bogus|no dns|dns error|nonexist|"
     "non-exist|not a real|must have|dns record|not a valid|fully-qualified|fully qualified|"
     "does not accept|null mx|reject|refuse|denied|block|ban|not accept|forbidden|blacklist|listed|"
     "in my|on my|bad|policy|no mail exchanger|no mail server|no mail host|no exchanger|no address record"},
    {SenderReputation, Names, "domain", "registered a|recently registered|newly registered|too young|too new|"
     "domain age"},
    {AuthenticationFailed, Names, "reverse",
     "match|agree|hostname|host name|name|lookup|resolve|record|missing|mapping|validation|fail|entry"},
    {SenderReputation, Names, "an-ip-address",
     "blocked|blacklist|block list|blocklist|listed|banned|barred|not allowed|denied|reputation|abus|"
     "not accepted|refused by|access"},
    {SenderReputation, Names,
     kHosts,
     "blocked|blacklist|blocklist|block|banned|ban|listed|reputation|abus|poor|untrusted|suspicious|"
     "not accepted|not welcome|refused|rejected|denied|restricted|dynamic|residential|dialup|dial-up|"
     "dsl|poorly|bad name|deny|disallowed|generic|unwanted|black list|barred|not allow|prohibit|access denied"},
    {SenderReputation, Names,
     "sender|domain|postmaster",
     "blacklist|blocklist|banned|blocked|reputation|black list|block list|denylist|bad sender|untrusted|"
     "deny list|barred"},
    {SenderReputation, Names,
     "helo|ehlo",
     "reject|invalid|denied|not accept|bad|forged|fake|must|require|mismatch|not match|violat|refuse|"
     "syntax|fqdn|fully|wrong|incorrect|own"},
});
// clang-format on

}  // namespace

std::span<const ReasonRow> reason_rows() {
  static const std::vector<ReasonRow> all = [] {
    const auto others = reason_rows_of_languages();
    const auto of_recipients = reason_rows_of_recipients();
    const auto hints = reason_hints();
    std::vector<ReasonRow> rows(others.begin(), others.end());
    rows.insert(rows.end(), kRows.begin(), kRows.end());
    rows.insert(rows.end(), of_recipients.begin(), of_recipients.end());
    rows.insert(rows.end(), hints.begin(), hints.end());
    return rows;
  }();
  return all;
}

std::vector<std::string_view> reason_phrase_texts() {
  std::vector<std::string_view> texts;
  std::unordered_set<std::string_view> known;
  const auto add = [&](std::string_view phrase) {
    if (known.insert(phrase).second) texts.push_back(phrase);
  };
  for (const auto& row : reason_rows()) {
    for_each_phrase(row.phrases, add);
    for_each_phrase(row.near, add);
  }
  return texts;
}

}  // namespace backstop::response
