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

// clang-format off
constexpr std::array kRows = std::to_array<ReasonRow>({
    {MailboxFull, Names,
     "mails auf dem server|nachrichten im postfach|mails im postfach|nachrichten auf dem server"},
    {RateLimited, Names,
     "zu viele|zuviele|zu schnell|trop de|trop d'|demasiad|muitas|muitos|excesso de|troppe|troppi|"
     "te veel|слишком много|слишком част|превышен лимит|превышено количество|zbyt wiele|zbyt dużo|过多|過多|"
     "太多|频率|頻率|太频繁|过于频繁|多すぎ|制限を超え",
     "verbindung|nachricht|mail|empfänger|sitzung|connexion|message|destinataire|envoi|requête|conexi|"
     "mensaje|correo|destinatario|conex|mensage|connession|messagg|invi|richiest|verbinding|bericht|"
     "соединен|сообщен|писем|получател|подключен|запрос|połącz|wiadomo|连接|連接|邮件|信件|收件人|发送|接続|送信|メール"},
    {RateLimited, Names,
     "por hora|por día|por dia|par heure|par jour|pro stunde|pro tag|all'ora|per uur|в час|в сутки|每小时|"
     "每天|limite de mensajes|límite de mensajes|limite d'envoi|versandlimit|limite de envio"},
    {RelayDenied, Names,
     "relais refus|relais non autoris|relais interdit|relayage|relay nicht|kein relay|"
     "weiterleitung nicht|retransmisión|retransmissão|пересылка запрещена|релей|ретрансляц|中继|中繼|不正中継|中継"},
    {AuthenticationFailed, Names,
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
     "mauvaise réputation|schlechte reputation|cattiva reputazione|репутаци|信誉"},
    {SenderReputation, Names,
     "ip|serveur|server|servidor|сервер|发件人|发信|ip地址|absender|expéditeur|expediteur|remitente|remetente|"
     "mittente|afzender|отправител|送信元|送信者",
     "gesperrt|blockiert|bloqu|bloquead|bloccat|geblokkeerd|заблокирован|zablokowan|封锁|封鎖|拒绝|拒收|"
     "nicht erlaubt|non autoris|no autorizad|não autorizad|non autorizzat|zurückgewiesen|abgelehnt|拒否|"
     "禁止|запрещен"},
    {Spam, Names,
     "unerwünscht|unerwuenscht|indésirable|indesirable|pourriel|no deseado|correo basura|não solicitad|"
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
     "zu groß|zu gross|zulässige größe|maximale größe|maximal|trop volumineu|trop grand|trop gros|"
     "dépasse|depasse|taille maximale|tamaño máximo|demasiado grande|excede|supera|tamanho máximo|"
     "limite de tamanho|muito grande|troppo grande|dimensione massima|te groot|zbyt duż|za duż|"
     "превышает|слишком больш|максимальн|过大|太大|超过|大きすぎ|超えて"},
    {DomainUnknown, Names,
     "domain des empfängers|empfängerdomain|domaine du destinataire|dominio del destinatario|"
     "domínio do destinatário|dominio destinatario|домен получателя|收件人域名|宛先ドメイン|"
     "domein van de ontvanger|domena odbiorcy",
     kMissing},
    {MailboxDisabled, Names, kBoxes,
     "gesperrt|deaktiviert|stillgelegt|geschlossen|inaktiv|gekündigt|désactiv|desactiv|suspendu|fermé|"
     "ferme|inactif|inactive|bloqué|clôtur|clotur|suspendid|bloquead|inactiv|cerrad|deshabilitad|inativ|"
     "suspens|desativad|encerrad|desabilitad|sospes|disabilitat|disattivat|inattiv|chius|bloccat|"
     "geblokkeerd|uitgeschakeld|gedeactiveerd|zablokowan|nieaktywn|wyłączon|отключ|заблокирован|неактив|"
     "не активен|приостановлен|удален|удалён|停用|禁用|冻结|锁定|注销|停止|無効化"},
    {UserUnknown, Names, kAddressees, kMissing},
    {DomainUnknown, Names,
     "domain|domäne|domaene|domaine|dominio|domínio|домен|域名|ドメイン|domein|domen", kMissing},
});
// clang-format on

}  // namespace

std::span<const ReasonRow> reason_rows_of_languages() {
  return kRows;
}

}  // namespace backstop::response
