#include "auth/dmarc_record.h"

#include <gtest/gtest.h>

#include <string>

namespace backstop::auth {
namespace {

/// "p sp np" and what else differs from the usual; "-" for a text that is no record.
std::string shown(std::string_view text) {
  const auto record = parse_dmarc_record(text);
  if (!record) return "-";
  std::string out(name(record->policy));
  if (record->subdomain_policy) out += " sp=" + std::string(name(*record->subdomain_policy));
  if (record->non_existent) out += " np=" + std::string(name(*record->non_existent));
  if (record->is_strict_dkim) out += " adkim=s";
  if (record->is_strict_spf) out += " aspf=s";
  if (record->is_test) out += " t=y";
  if (record->psd == DmarcRecord::Psd::Yes) out += " psd=y";
  if (record->psd == DmarcRecord::Psd::No) out += " psd=n";
  if (!record->is_usable) out += " unusable";
  return out;
}

TEST(DmarcRecord, IsRead) {
  struct Row {
    std::string text;
    std::string want;
  };
  const Row rows[] = {
      {"v=DMARC1; p=reject", "reject"},
      {"v=DMARC1;p=quarantine;", "quarantine"},
      {"v=DMARC1", "none"},
      {"v = DMARC1 ; p = none ; ", "none"},
      {"V=DMARC1; P=Reject; SP=NONE", "reject sp=none"},
      {"v=DMARC1; p=reject; sp=quarantine; np=reject; adkim=s; aspf=s; t=y; psd=n",
       "reject sp=quarantine np=reject adkim=s aspf=s t=y psd=n"},
      {"v=DMARC1; adkim=r; aspf=r; t=n; psd=u; p=none", "none"},
      {"v=DMARC1; psd=y", "none psd=y"},
      {"v=DMARC1; sp=reject; p=none", "none sp=reject"},
      // No record.
      {"", "-"},
      {"v=spf1 -all", "-"},
      {"v=dmarc1; p=reject", "-"},
      {"v=DMARC10; p=reject", "-"},
      {"v=DMARC1 p=reject", "-"},
      {" v=DMARC1; p=reject", "-"},
      {"p=reject; v=DMARC1", "-"},
      {";v=DMARC1", "-"},
      // What can't be read is passed over.
      {"v=DMARC1; x; =; y=z; p=reject; ;;pct=50; rf=afrf", "reject"},
      {"v=DMARC1; p=reject; adkim=strict; aspf=; t=1; psd=x", "reject"},
      {"v=DMARC1; p=reject; p=none", "reject"},
      {"v=DMARC1; adkim=r; adkim=s", "none"},
      {std::string("v=DMARC1; p\0=reject", 19), "none"},
      // A policy that nobody knows.
      {"v=DMARC1; p=rejct", "none unusable"},
      {"v=DMARC1; p=", "none unusable"},
      {"v=DMARC1; p=reject; sp=x", "none unusable"},
      {"v=DMARC1; p=reject; np=x; sp=reject", "none unusable"},
      {"v=DMARC1; p=rejct; rua=mailto:a@example.org", "none"},
      {"v=DMARC1; p=reject; sp=x; np=reject; rua=x , mailto:a@example.org", "none"},
      {"v=DMARC1; p=rejct; rua=a@example.org", "none unusable"},
      {"v=DMARC1; p=rejct; rua=mailto:", "none unusable"},
      {"v=DMARC1; p=rejct; rua=:x", "none unusable"},
      {"v=DMARC1; p=rejct; rua=1a:x", "none unusable"},
      {"v=DMARC1; p=rejct; rua=", "none unusable"},
      {"v=DMARC1; p=rejct; ruf=mailto:a@example.org", "none unusable"},
      {"v=DMARC1; rua=x", "none"},
  };
  for (const auto& row : rows) EXPECT_EQ(shown(row.text), row.want) << row.text;
}

}  // namespace
}  // namespace backstop::auth
