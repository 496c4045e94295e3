#include "response/recipient_words.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "response/word_set.h"

namespace backstop::response {

bool is_recipient_label(std::string_view label) {
  while (!label.empty() &&
         (label.back() == ':' || label.back() == ' ' || label.back() == '=' || label.back() == '"'))
    label.remove_suffix(1);
  while (!label.empty() && !base::is_alpha(label.front()) && static_cast<unsigned char>(label.front()) < 0x80)
    label.remove_prefix(1);
  // These are fields of the original and of its envelope that a report quotes.
  constexpr std::array kNot = std::to_array<std::string_view>(
      {"from",       "sender",    "cc",           "reply-to",      "subject",     "message-id",
       "date",       "sent",      "contact",      "envelope-from", "return-path", "original sender",
       "mail from",  "posted by", "delivered-to", "received",      "x-",          "postmaster",
       "support",    "mailto",    "e-mail us",    "references",    "in-reply-to", "von",
       "de",         "absender",  "expéditeur",   "remitente",     "mittente",    "remetente",
       "отправитель"});
  for (const auto word : kNot) {
    if (base::iequals(label, word) || (word == "x-" && base::istarts_with(label, word))) return false;
  }
  return true;
}

bool is_delivery_sentence(std::string_view line) {
  constexpr static WordSet kEnglish(std::to_array<std::string_view>(
      {"deliver", "recipient", "message to", "mail to", "sent to", "mailbox", "user", "account",
       "undeliverable", "address", "reach", "failed", "unable", "could not", "rejected", "unknown",
       "not exist", "unavailable"}));
  constexpr static WordSet kWestern(std::to_array<std::string_view>(
      {// German, Dutch
       "zugestellt", "zustell", "empf", "nachricht an", "mail an ", "postfach", "adresse", "unbekannt",
       "existiert nicht", "bezorg", "afgeleverd", "bericht aan", "ontvanger", "bestaat niet", "onbekend",
       "postvak",
       // French, Spanish, Portuguese, Italian, Catalan, Romanian
       "remis ", "livr", "distribu", "destinat", "message a ", "courriel a ", "boite aux", "n'existe pas",
       "inconnu", "entreg", "mensaje a", "mensaje para", "correo a", "no existe", "buzon", "mensagem para",
       "nao existe", "caixa", "consegn", "recapit", "messaggio a", "casella", "inesistente", "non esiste",
       "sconosciut", "lliur", "missatge", "nu exist", "mesajul"}));
  constexpr static WordSet kOther(std::to_array<std::string_view>(
      {// Swedish, Danish, Norwegian, Finnish, Estonian
       "leverer", "leveres", "leveret", "levert", "mottag", "modtag", "meddeland", "meddelelse", "besked til",
       "melding til", "finns inte", "findes ikke", "finnes ikke", "ukendt", "ukjent", "okand", "toimit",
       "vastaanottaj", "ei voitu", "tuntematon", "edastada", "saaja",
       // Polish, Czech, Slovak, Slovenian, Croatian, Serbian, Hungarian, Turkish, Indonesian, Malay
       "dostarcz", "adresat", "odbiorc", "skrzynk", "nie istniej", "doruc", "prijemc", "schrank", "neexistuj",
       "dostav", "prejemnik", "isporu", "primatelj", "primalac", "ne postoji", "kezbes", "cimzett",
       "nem letez", "iletilemedi", "teslim", "alici", "posta kutusu", "terkirim", "dikirim", "penerima",
       "dihantar", "tidak dapat"}));
  return kEnglish.is_in(line) || kWestern.is_in(line) || kOther.is_in(line) ||
         std::ranges::any_of(line, [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
}

bool offers_help(std::string_view words) {
  constexpr std::array kWords = std::to_array<std::string_view>({"please",        "if you",
                                                                 "should you",    "send a",
                                                                 "whitelist",     "delist",
                                                                 "unblock",       "e-mail us",
                                                                 "mail us",       "contact",
                                                                 "assistance",    "help",
                                                                 "question",      "inquir",
                                                                 "enquir",        "forward",
                                                                 "write to",      "ask ",
                                                                 "problem",       "complain",
                                                                 "feedback",      "administrator",
                                                                 "regards",       "sincerely",
                                                                 "bitte",         "kontakt",
                                                                 "wenden",        "fragen",
                                                                 "veuillez",      "contacte",
                                                                 "contatta",      "contato",
                                                                 "postmaster at", "technical support",
                                                                 "respond",       "reply to",
                                                                 "grüße",         "cordialement",
                                                                 "saludos",       "обратитесь",
                                                                 "свяжитесь",     "お問い合わせ",
                                                                 "联系"});
  return std::ranges::any_of(kWords, [&](std::string_view word) { return base::icontains(words, word); });
}

bool says_sent_to(std::string_view words) {
  constexpr std::array kWords = std::to_array<std::string_view>(
      {"message to", "mail to", "deliver to", "delivered to", "delivery to", "sent to", "addressed to",
       "recipient", "reach", "user", "mailbox", "account", "for"});
  return std::ranges::any_of(kWords, [&](std::string_view word) { return base::icontains(words, word); });
}

}  // namespace backstop::response
