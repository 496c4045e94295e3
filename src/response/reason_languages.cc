// The words of servers that don't speak English: German, French, Spanish, Portuguese, Italian, Dutch, Polish,
// Russian, Chinese and Japanese. Stems, since the languages inflect, each with and without its accents.
#include <array>

#include "response/reason_phrases.h"

namespace backstop::response {
namespace {

using enum Reason;
using enum ReasonWeight;

constexpr std::string_view kBoxes =
    "postfach|mailbox|konto|account|benutzer|nutzer|empfänger|empfaenger|boîte|boite|messagerie|compte|"
    "destinataire|utilisateur|buzón|buzon|casilla|cuenta|usuario|destinatario|caixa|conta de|conta do|conta "
    "está|conta foi|sua conta|conta susp|conta bloq|conta desat|conta encer|conta inat|usuári|"
    "destinatári|casella|utente|postvak|gebruiker|ontvanger|skrzynk|konta|użytkownik|odbiorc|ящик|"
    "пользовател|получател|аккаунт|учетная|учётная|邮箱|信箱|郵箱|用户|用戶|账号|帐号|收件人|メールボックス|"
    "アカウント|ユーザ|受信者|宛先";

constexpr std::string_view kAddressees =
    "postfach|konto|benutzer|nutzer|empfänger|empfaenger|teilnehmer|adresse|boîte|boite|compte|destinataire|"
    "utilisateur|buzón|buzon|cuenta|usuario|destinatario|dirección|direccion|casilla|caixa|conta de|conta "
    "do|usuári|"
    "destinatári|endereço|endereco|casella|utente|indirizzo|gebruiker|ontvanger|geadresseerde|adres|"
    "użytkownik|odbiorc|adresat|skrzynk|пользовател|получател|адресат|адрес|ящик|邮箱|信箱|用户|用戶|"
    "收件人|地址|账号|帐号|ユーザ|宛先|アドレス|受信者";

constexpr std::string_view kMissing =
    "neexistuje|finns inte|findes ikke|finnes ikke|bulunamadı|mevcut değil|nem létezik|nu există|ei löydy|"
    "nicht bekannt|unbekannt|pas valide|non valide|nicht gefunden|existiert nicht|gibt es nicht|gibt es hier "
    "nicht|ungültig|"
    "ungueltig|nicht vorhanden|inconnu|invalide|introuvable|n'existe|n "
    "existe|inexistant|incorrecte|erroné|errone|"
    "no existe|desconocid|no encontrad|no se encuentra|no se encontr|inválid|invalido|invalida|no válid|no "
    "valido|no valida|"
    "no es válid|inexistente|não existe|nao existe|desconhecid|não encontrad|nao encontrad|não é válid|"
    "não cadastrad|non esiste|sconosciut|non valido|non valida|non è valid|non e' valid|non "
    "trovat|errat|onbekend|"
    "bestaat niet|niet gevonden|ongeldig|nie istnieje|nieznan|nieprawid|не найден|не существует|неизвест|"
    "нет на|нет в|не зарегистрирован|неверн|недействительн|отсутствует|не обнаружен|不存在|无效|未找到|"
    "没有找到|错误|找不到|存在しない|存在しません|不明|無効|見つかりません";

constexpr std::string_view kRefused =
    "tillåts inte|inte tillåt|ikke tilladt|ikke tillatt|afvist|avvist|není povolen|zakázan|odmítnut|"
    "izin verilm|reddedil|"
    "hylätt|nem engedélyezett|elutasít|nicht erlaubt|nicht zulässig|nicht zulaessig|unzulässig|unzulaessig|"
    "unerlaubt|nicht angenommen|"
    "nicht akzeptiert|nicht gestattet|abgelehnt|abgewiesen|zurückgewiesen|zurueckgewiesen|verboten|refusé|"
    "refuse:|interdit|non autoris|pas autoris|pas accept|pas permis|prohibid|proibid|rechazad|no permitid|"
    "no aceptad|no admitid|no autorizad|não permitid|nao permitid|rejeitad|recusad|não aceit|nao aceit|"
    "rifiutat|non consentit|non ammess|non accettat|vietat|respint|niet toegestaan|geweigerd|verboden|"
    "не "
    "допуска|недопустим|запрещ|отклонен|odrzucon|niedozwolon|zabronion|拒绝|拒收|不允许|禁止|违规|拒否|"
    "許可されて|"
    "不適切";

constexpr std::string_view kRequired =
    "krävs|kræves|kreves|gerekli|zorunlu|vyžadován|szükséges|vaaditaan|erforderlich|benötigt|benoetigt|"
    "notwendig|zwingend|verlangt|müssen|muss|verwenden|zustellen|zuerst|d'"
    "abord|primero|solo acept|sólo acept|nur über|nur mit|uniquement|seulement|"
    "soltanto|solamente|apenas|alleen|только|tylko|"
    "nicht erlaubt|nicht akzeptiert|nicht angenommen|nicht zulässig|unzulässig|obligatoire|requis|exig|"
    "nécessaire|necessaire|obligatori|necesari|requerid|requiere|richiest|obbligatori|necessari|obrigatóri|"
    "obrigatori|necessári|requer|требует|необходим|обязател|vereist|verplicht|nodig|wymaga|konieczn|必须|"
    "必需|"
    "需要|要求|必要|必須";

// clang-format off
constexpr std::array kRows = std::to_array<ReasonRow>({
    // The words that tell, before those that only refuse.
    {AuthenticationFailed, Names,
     "absender|expéditeur|expediteur|émetteur|remitente|remetente|mittente|afzender|отправител|nadawc|"
     "abgelehnt|zurückgewiesen|"
     "abgewiesen|gesperrt|blockiert|refus|rechaz|rifiut|recus|geweiger|отклонен|odrzucon|richtlinie|"
     "politique|política|"
     "prüfung|pruefung|eintrag|échec|echec",
     "spf|dkim|dmarc|ptr|rdns|reverse dns|reverse-dns"},
    {SenderReputation, Names,
     "domain des absenders|domäne des absenders|absenderdomain|absenderdomäne|absender-domain|"
     "absenderadresse|adresse des absenders|"
     "domaine de l'expéditeur|domaine de l'expediteur|domaine expéditeur|domaine expediteur|"
     "domaine de l'émetteur|domaine émetteur|"
     "adresse de l'expéditeur|adresse de l'expediteur|adresse expéditeur|dominio del remitente|"
     "dominio remitente|dirección del remitente|"
     "direccion del remitente|domínio do remetente|dominio do remetente|endereço do remetente|"
     "endereco do remetente|"
     "dominio del mittente|dominio mittente|indirizzo del mittente|домен отправителя|домена отправителя|"
     "адрес отправителя|"
     "domein van de afzender|afzenderdomein|adres van de afzender|domena nadawcy|domeny nadawcy|"
     "adres nadawcy|avsändarens domän|"
     "发件人域名|发件人的域名|发件域名|发件人地址|送信元ドメイン|送信者のドメイン|送信者ドメイン",
     kMissing},
    {MailboxFull, Names,
     "mails auf dem server|nachrichten im postfach|mails im postfach|nachrichten auf dem server"},
    {RateLimited, Names,
     "příliš mnoho|för många|for mange|çok fazla|liian monta|túl sok|prea multe|занадто багато|zu viele|"
     "zuviele|zu schnell|trop de|trop d'|demasiados|demasiadas|demasiado correo|muitas|muitos|"
     "excesso de|troppe|troppi|"
     "te veel|слишком много|слишком част|превышен лимит|превышено количество|zbyt wiele|zbyt dużo|过多|過多|"
     "太多|频率|頻率|太频繁|过于频繁|多すぎ|制限を超え",
     "zpráv|spojení|meddel|anslutning|forbindels|tilkobling|ileti|bağlantı|viest|üzenet|mesaj|повідомлен|"
     "senden|verbindung|nachricht|mail|empfänger|sitzung|connexion|message|destinataire|envoi|requête|conexi|"
     "mensaje|correo|destinatario|conex|mensage|connession|messagg|invi|richiest|verbinding|bericht|"
     "соединен|сообщен|писем|получател|подключен|запрос|połącz|wiadomo|连接|連接|邮件|信件|收件人|发送|接続|送信|メール"},
    {RateLimited, Names,
     "por hora|por día|por dia|par heure|par jour|pro stunde|pro tag|all'ora|per uur|в час|в сутки|每小时|"
     "每天|limite de mensajes|límite de mensajes|limite d'envoi|versandlimit|limite de envio|"
     "ungewöhnlich hoh|ungewoehnlich hoh|zu hohe anzahl|mailaufkommen|anormalement élev|anormalement elev|"
     "volume anormal|"
     "volume inhabituel|volumen inusual|volumen anormal|volume anomalo|ongebruikelijk veel|zu häufig|"
     "zu haeufig|trop fréquent|"
     "trop frequent|troppo frequent|превышена частот|частота отправ|частоты отправ"},
    {RoutingLoop, Names,
     "schleife erkannt|mailschleife|zu viele hops|boucle|bucle de correo|trop de sauts|demasiados saltos|"
     "troppi hop|зациклив|zapętl|邮件循环|メールループ"},
    {Expired, Names,
     "tagen|stunden|jours|heures|días|horas|giorni|dagen|дней|часов|dni|godzin",
     "aufgegeben|nicht zugestellt|abandon|renonc|desist|rinunci|opgegeven|не доставлен|не удалось доставить|"
     "nie dostarczono"},
    {Policy, Names,
     "mitglieder|abonnenten|abonnés|abonnes|membres|miembros|suscriptores|membros|assinantes|membri|iscritti|"
     "leden|abonnees|участник|подписчик|członk|subskrybent|会员|会員",
     "liste|lista|lijst|verteiler|gruppe|groupe|grupo|gruppo|groep|рассылк|списк|список|listy|grup|dürfen|"
     "peuvent|pueden|podem|possono|mogen"},
    {RelayDenied, Names,
     "nicht zuständig für|nicht zustaendig fuer|ne gère pas ce domaine|ne gere pas ce domaine|"
     "no acepta correo para|no gestiona|não gerencia|non gestisce|niet verantwoordelijk voor|не обслуживает|"
     "nie obsługuje"},
    {RelayDenied, Names,
     "relais refus|relais non autoris|relais interdit|relayage|relay nicht|kein relay|"
     "weiterleitung nicht|retransmisión|retransmissão|пересылка запрещена|релей|ретрансляц|中继|中繼|不正中継|中継"},
    {AuthenticationFailed, Names,
     "nicht authentifiziert|non authentifié|no autenticad|não autenticad|non autenticat|не аутентифицирован|"
     "authentifizierung|authentification|autenticaci|autenticaç|autenticazion|аутентификац|авторизац|认证|"
     "認証|身份验证|验证失败|uwierzytelni|anmeldung erforderlich|echtheitsprüfung"},
    {Virus, Names,
     "schadsoftware|schadcode|schädlich|logiciel malveillant|malveillant|código malicioso|malicios|"
     "вредонос|恶意|惡意|wirus"},
    {SenderReputation, Names,
     "рассылки спама|рассылку спама|рассылка спама|envío de spam|envio de spam|envoi de spam|"
     "spamversand|invio di spam|sperrliste|schwarze liste|schwarzen liste|liste noire|liste de blocage|"
     "lista negra|lista nera|lista de bloqueo|lista de bloqueio|zwarte lijst|чёрном списке|"
     "черном списке|чёрный список|черный список|czarnej li|黑名单|黑名單|ブラックリスト|mala reputación|má reputação|"
     "mauvaise réputation|schlechten ruf|schlechter ruf|schlechte reputation|cattiva reputazione|репутаци|信誉"},
    {SenderReputation, Names,
     "ip|serveur|server|servidor|сервер|发件人|发信|ip地址|absender|expéditeur|expediteur|remitente|remetente|"
     "mittente|afzender|отправител|送信元|送信者",
     "engellen|blockerad|blokeret|blokkert|zablokován|blokován|letiltva|gesperrt|blockiert|bloqu|bloquead|"
     "bloccat|geblokkeerd|заблокирован|zablokowan|封锁|封鎖|拒绝|拒收|"
     "nicht erlaubt|non autoris|no autorizad|não autorizad|non autorizzat|zurückgewiesen|abgelehnt|拒否|"
     "禁止|запрещен"},
    {Spam, Names,
     "uønsket|oönskad|nevyžádan|istenmeyen|kéretlen|werbesendung|werbenachricht|als werbung|werbemail|"
     "comme publicité|comme publicite|como publicidad|"
     "como publicidade|come pubblicità|рекламн|"
     "za reklam|als reclame|广告|広告|unerwünscht|unerwuenscht|indésirable|indesirable|pourriel|no deseado|"
     "correo basura|não solicitad|"
     "nao solicitad|lixo eletr|indesejad|posta indesiderata|indesiderat|ongewenst|нежелательн|"
     "подозрение на спам|спам|niechcian|垃圾|迷惑メール"},
    {MailboxFull, Names,
     "speichergrenze|speicherplatz erschöpft|kein speicherplatz|speicherlimit|sin espacio|sem espaço|"
     "spazio esaurito|нет места|недостаточно места|квота превышена|空间不足|容量不足|容量が不足|espace insuffisant|"
     "espace disque"},
    {MailboxFull, Names, kBoxes,
     "voll|überfüllt|ueberfuellt|überschritten|ueberschritten|kontingent|speicher|pleine|plein|saturé|"
     "saturee|dépass|depass|quota|llen|cuota|superad|excedid|espacio|lotad|chei|excedeu|cota|espaço|"
     "pien|superat|spazio|mailbox vol|is vol|zit vol|overschreden|przepe|pełn|limit miejsca|переполн|"
     "заполн|превы|квот|已满|满了|超过|超出|容量|いっぱい|満杯|上限"},
    {TooLarge, Names,
     "nachricht|mail|message|courriel|mensaje|correo|mensagem|messaggio|bericht|wiadomo|письм|сообщен|"
     "размер|tamaño|tamanho|taille|größe|groesse|dimension|anhang|pièce jointe|adjunto|anexo|allegato|"
     "rozmiar|邮件|信件|附件|メール|サイズ",
     "pesado|pesante|lourd|überschreitet|ueberschreitet|erlaubte größe|erlaubte groesse|zu groß|zu gross|"
     "zulässige größe|maximale größe|maximal|trop volumineu|trop grand|trop gros|"
     "dépasse|depasse|taille maximale|tamaño máximo|demasiado grande|excede|supera|tamanho máximo|"
     "limite de tamanho|muito grande|troppo grande|dimensione massima|te groot|zbyt duż|za duż|"
     "превышает|слишком больш|максимальн|过大|太大|超过|大きすぎ|超えて"},
    {DomainUnknown, Names,
     "domain des empfängers|empfängerdomain|domaine du destinataire|dominio del destinatario|"
     "domínio do destinatário|dominio destinatario|домен получателя|收件人域名|宛先ドメイン|"
     "domein van de ontvanger|domena odbiorcy",
     kMissing},
    {MailboxDisabled, Names, kBoxes,
     "gesperrt|abgeschaltet|abgemeldet|deaktiviert|stillgelegt|geschlossen|inaktiv|gekündigt|désactiv|"
     "desactiv|suspendu|fermé|"
     "ferme|inactif|inactive|bloqué|clôtur|clotur|suspendid|bloquead|inactiv|cerrad|deshabilitad|inativ|"
     "suspens|desativad|encerrad|desabilitad|sospes|disabilitat|disattivat|inattiv|chius|bloccat|"
     "geblokkeerd|uitgeschakeld|gedeactiveerd|zablokowan|nieaktywn|wyłączon|отключ|заблокирован|неактив|"
     "не активен|приостановлен|удален|удалён|停用|禁用|冻结|锁定|注销|停止|無効化"},
    {MailboxDisabled, Names, "adresse|dirección|direccion|endereço|endereco|indirizzo|adres|адрес",
     "abgeschaltet|abgemeldet|deaktiviert|stillgelegt|désactiv|desactiv|desativ|disattiv|uitgeschakeld|отключ|"
     "wyłączon"},
    {UserUnknown, Names, kAddressees, kMissing},
    {SenderReputation, Names,
     "absender|expéditeur|expediteur|remitente|remetente|mittente|afzender|отправител|nadawc|发件人|"
     "送信者", kMissing},
    {DomainUnknown, Names,
     "domain|domäne|domaene|domaine|dominio|domínio|домен|域名|ドメイン|domein|domen|doména|doménu|domän|domæne|"
     "domene|alan adı|verkkotunnus",
     kMissing},
    {NotAcceptingMail, Names,
     "domain|domäne|domaene|domaine|dominio|domínio|домен|域名|ドメイン|domein|domen",
     "nimmt keine|empfängt keine|empfaengt keine|ne reçoit|ne recoit|no recibe|não recebe|nao recebe|"
     "non riceve|ontvangt geen|не принимает|nie przyjmuje|不接收|受信しません"},
    {Spam, Names, "spam",
     "als|como|come|comme|jako|za|inhalt|contenu|contenido|conteúdo|contenuto|inhoud|filtre|filtro"},
    {Virus, Names, "virus|malware|вирус|病毒|ウイルス", kRefused},
    {ContentRejected, Names,
     "innehåll|indhold|innhold|obsah|içerik|sisältö|tartalom|inhalt|betreff|dateien|datei|nachrichtentext|"
     "wörter|woerter|mots|palabras|palavras|parole|woorden|"
     "слова|słowa|texte du message|anhang|anhänge|anhaenge|dateityp|dateianhang|contenu|pièce jointe|"
     "piece jointe|"
     "contenido|adjunto|conteúdo|conteudo|anexo|contenuto|allegat|inhoud|bijlage|содержимо|содержани|"
     "вложени|treść|treści|tresc|zawartość|załącznik|zalacznik|内容|附件|コンテンツ|本文|添付",
     kRefused},
    {TlsRequired, Names,
     "krypter|šifrován|şifrele|titkosít|salaus|tls|starttls|ssl|verschlüssel|verschluessel|unverschlüssel|"
     "unverschluessel|chiffr|cifrad|cifrat|"
     "crittograf|criptograf|encriptad|шифрован|зашифрован|незашифрован|szyfrowan|nieszyfrowan|versleuteld|"
     "onversleuteld|加密|暗号",
     kRequired},
    {SystemError, Names,
     "internt fel|intern fejl|intern feil|vnitřní chyba|iç hata|sunucu hatası|belső hiba|eroare internă|"
     "sisäinen virhe|ausgelastet|überlastet|ueberlastet|surchargé|sobrecargad|sovraccaric|overbelast|"
     "перегружен|przeciążon|"
     "technischer fehler|technische störung|technische stoerung|interner fehler|erreur interne|"
     "erreur temporaire|error interno|error temporal|errore interno|errore temporaneo|erro interno|"
     "erro temporário|interne fout|tijdelijke fout|внутренняя ошибка|временная ошибка|błąd wewnętrzny|"
     "内部错误|系统错误|系统繁忙|内部エラー|システムエラー|fehler im mailsystem|temporärer fehler|temporaerer fehler|"
     "vorübergehender fehler|systemfehler|"
     "erreur système|error de sistema|serverfehler|erreur du serveur|"
     "erreur serveur|error del servidor|errore del server|erro do servidor"},
});
// clang-format on

}  // namespace

std::span<const ReasonRow> reason_rows_of_languages() {
  return kRows;
}

}  // namespace backstop::response
