#include "response/quarantine_digest.h"

#include <array>
#include <string_view>

#include "response/word_set.h"

namespace backstop::response {
namespace {

// Several mails, counted or listed.
constexpr WordSet kHeaps(std::to_array<std::string_view>({"digest",
                                                          "summary",
                                                          "overview",
                                                          "report",
                                                          "messages held",
                                                          "held messages",
                                                          "messages on hold",
                                                          "übersicht",
                                                          "bericht",
                                                          "zusammenfassung",
                                                          "liste",
                                                          "rapport",
                                                          "résumé",
                                                          "récapitulatif",
                                                          "relevé",
                                                          "resumen",
                                                          "informe",
                                                          "riepilogo",
                                                          "rapporto",
                                                          "resoconto",
                                                          "overzicht",
                                                          "resumo",
                                                          "relatório",
                                                          "sammanfattning",
                                                          "oversigt",
                                                          "oversikt",
                                                          "yhteenveto",
                                                          "podsumowanie",
                                                          "raport",
                                                          "přehled",
                                                          "souhrn",
                                                          "összefoglaló",
                                                          "özet",
                                                          "водка",
                                                          "тчет",
                                                          "тчёт",
                                                          "віт",
                                                          "レポート",
                                                          "一覧",
                                                          "ダイジェスト",
                                                          "报告",
                                                          "摘要",
                                                          "報告",
                                                          "요약",
                                                          "보고"}));

constexpr WordSet kKept(std::to_array<std::string_view>(
    {"quarant", "quarent", "cuarent", "karant",  "kwarant",    "karanten",       "спам",      "арант",
     "隔離",    "隔离",    "격리",    "スパム",  "迷惑メール", "垃圾邮件",       "垃圾郵件",  "스팸",
     "spam",    "junk",    "held",    "on hold", "blocked m",  "zurückgehalten", "blockierte"}));

// What is said of mail to the reader.
constexpr WordSet kForReader(std::to_array<std::string_view>({"messages for you",
                                                              "mails for you",
                                                              "message for you",
                                                              "emails for you",
                                                              "mail for you",
                                                              "addressed to you",
                                                              "intended for you",
                                                              "your quarantine",
                                                              "your personal quarantine",
                                                              "your spam quarantine",
                                                              "your junk",
                                                              "für sie bestimmt",
                                                              "an sie gerichtet",
                                                              "an sie adressiert",
                                                              "ihrer quarantäne",
                                                              "ihre quarantäne",
                                                              "deiner quarantäne",
                                                              "vous étaient destiné",
                                                              "vous sont destiné",
                                                              "vous étant destiné",
                                                              "votre quarantaine",
                                                              "su cuarentena",
                                                              "tu cuarentena",
                                                              "dirigidos a usted",
                                                              "para usted",
                                                              "tua quarantena",
                                                              "sua quarantena",
                                                              "indirizzati a lei",
                                                              "uw quarantaine",
                                                              "je quarantaine",
                                                              "aan u gericht",
                                                              "sua quarentena",
                                                              "din karantän",
                                                              "din karantæne",
                                                              "karantenen din",
                                                              "twojej kwarantann",
                                                              "vaší karantén",
                                                              "karanténjá",
                                                              "вашем карантине",
                                                              "дресованные вам",
                                                              "あなた宛",
                                                              "お客様宛",
                                                              "您的隔离",
                                                              "发给您的",
                                                              "寄給您的",
                                                              "귀하의 격리"}));

}  // namespace

bool is_quarantine_digest(const HeaderFacts& header, const ReportText& text) {
  constexpr std::size_t kStart = 500;
  const std::string_view subject = header.own_subject();
  const std::string_view start = text.flat().substr(0, kStart);
  if (!kKept.is_in(subject) && !kKept.is_in(start)) return false;
  return (kHeaps.is_in(subject) && kKept.is_in(subject)) || kForReader.is_in(start) ||
         kForReader.is_in(subject);
}

}  // namespace backstop::response
