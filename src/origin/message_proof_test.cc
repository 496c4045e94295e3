#include "origin/message_proof.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "origin/tag_fixture.h"

namespace backstop::origin {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::sys_seconds;

constexpr sys_seconds kNow{days(20780) + hours(12)};
constexpr std::string_view kKeyName = "s._domainkey.example.org";

// What came back and what is known of it, for ann@example.org.
struct Situation {
  response::Response response = {};
  std::vector<SeenSignature> signatures = {};
  std::vector<SeenId> ids = {};
  std::vector<std::string> others = {};
};

class Proofs {
 public:
  Proofs() : keys_(ring()), owners_(address_of("ann@example.org"), {}) {}

  std::string watermark(std::string_view sender, sys_seconds made = kNow, std::string_view from = {}) const {
    return *make_watermark(keys_, {.now = made, .id = {1, 2, 3, 4, 5, 6, 7, 8}}, sender, from);
  }
  ProofContext context(const Situation& situation) const {
    return {.owners = owners_,
            .watermark_keys = keys_,
            .signatures = situation.signatures,
            .ids = situation.ids,
            .others = situation.others,
            .now = kNow};
  }

 private:
  /// Has key 0, which signs, and key 1, which was retired 46 days ago.
  static KeyRing ring() {
    KeyRing ring = ring_of(key_of(0, "secret"));
    Key old = key_of(1, "old");
    old.use = KeyUse::Retired;
    old.retired = std::chrono::floor<days>(kNow) - kMemory - days(1);
    EXPECT_TRUE(ring.add(old));
    return ring;
  }

  WatermarkKeys keys_;
  OwnerSet owners_;
};

SeenSignature signature(dkim::Outcome outcome, std::string_view from = "ann@example.org",
                        sys_seconds signed_at = kNow - hours(1)) {
  return {.outcome = outcome,
          .key_name = std::string(kKeyName),
          .from = std::string(from),
          .id = "ab12",
          .signed_at = signed_at};
}

SeenId seen(std::uint32_t recipients, std::vector<std::string> addressees = {}, bool is_imported = false) {
  return {.message_id = "1@example.org",
          .recipients = recipients,
          .is_imported = is_imported,
          .addressees = std::move(addressees)};
}

std::string shown(const Evidence& proof) {
  std::string text = std::string(name(proof.kind)) + " " + std::string(name(proof.finding));
  if (proof.level != Level::None) text.append(" ").append(name(proof.level));
  if (!proof.use.id.empty()) text.append(", counts ").append(proof.use.id);
  for (const auto& one : proof.use.addressees) text.append(" for ").append(one);
  return text;
}

struct Row {
  const char* name;
  Situation situation;
  std::string_view want;  ///< one proof a line
};

TEST(MessageProof, OfEachKind) {
  const Proofs proofs;
  const auto marked = [&](const std::string& watermark) {
    response::Response response;
    response.watermarks = {watermark};
    return response;
  };
  const auto answers = [] {
    response::Response response;
    response.answered_ids = {"1@example.org"};
    return response;
  };
  constexpr auto kGood = dkim::Outcome::Good;
  const std::string ann = proofs.watermark("ann@example.org");
  const SeenSignature unbound = [] {
    auto one = signature(dkim::Outcome::Good);
    one.fitness = dkim::Fitness::Unbound;
    return one;
  }();
  const SeenSignature undated = [] {
    auto one = signature(dkim::Outcome::Good);
    one.signed_at.reset();
    return one;
  }();
  const Row rows[] = {
      {"nothing came back", {}, ""},
      {"a watermark", {.response = marked(ann)}, "watermark proves B, counts watermark:0102030405060708\n"},
      {"a watermark of From",
       {.response = marked(proofs.watermark("bounces@example.org", kNow, "ann@example.org"))},
       "watermark proves B, counts watermark:0102030405060708\n"},
      {"a watermark, and the ledger knows the mail",
       {.response = marked(ann), .ids = {seen(3)}},
       "watermark proves B, counts watermark:0102030405060708\nledger proves B, counts id:1@example.org\n"},
      {"a watermark, and the ledger knows the addressee",
       {.response = marked(ann), .ids = {seen(3, {"bob@example.com"})}},
       "watermark proves A, counts id:1@example.org for bob@example.com\n"
       "ledger proves A, counts id:1@example.org for bob@example.com\n"},
      {"a watermark of 30 days ago",
       {.response = marked(proofs.watermark("ann@example.org", kNow - days(31)))},
       "watermark silent\n"},
      {"a watermark of another",
       {.response = marked(proofs.watermark("bob@example.org"))},
       "watermark silent\n"},
      {"no watermark at all", {.response = marked("1;0;nonsense")}, ""},
      {"a signature", {.signatures = {signature(kGood)}}, "dkim proves B, counts dkim:ab12\n"},
      {"a bad one", {.signatures = {signature(dkim::Outcome::BadSignature)}}, "dkim silent\n"},
      {"a bad one and a good one",
       {.signatures = {signature(dkim::Outcome::BadSignature), signature(kGood)}},
       "dkim proves B, counts dkim:ab12\n"},
      {"a signature of another mailbox",
       {.signatures = {signature(kGood, "news@example.org")}},
       "dkim silent\n"},
      {"a signature of 30 days ago",
       {.signatures = {signature(kGood, "ann@example.org", kNow - days(30))}},
       "dkim silent\n"},
      {"a second less",
       {.signatures = {signature(kGood, "ann@example.org", kNow - days(30) + std::chrono::seconds(1))}},
       "dkim proves B, counts dkim:ab12\n"},
      {"a signature of tomorrow",
       {.signatures = {signature(kGood, "ann@example.org", kNow + days(1))}},
       "dkim silent\n"},
      {"a signature that fits any mail", {.signatures = {unbound}}, "dkim silent\n"},
      {"a signature without a date", {.signatures = {undated}}, "dkim silent\n"},
      {"a recorded id",
       {.response = answers(), .ids = {seen(1)}},
       "ledger proves B, counts id:1@example.org\n"},
      {"an imported id",
       {.response = answers(), .ids = {seen(0, {}, true)}},
       "ledger proves B, counts id:1@example.org\n"},
      {"an id that is not recorded", {.response = answers(), .ids = {seen(0)}}, "ledger silent\n"},
      {"no ledger was asked", {.response = answers()}, ""},
      {"the second id is recorded with an addressee",
       {.response = answers(), .ids = {seen(5), seen(1, {"bob@example.com"})}},
       "ledger proves A, counts id:1@example.org for bob@example.com\n"},
  };
  for (const auto& row : rows) {
    std::string found;
    for (const auto find : {find_watermark, find_signature, find_recorded}) {
      const auto proof = find(row.situation.response, proofs.context(row.situation));
      if (!proof) continue;
      found += shown(*proof) + "\n";
      EXPECT_TRUE(proof->detail.ends_with('.')) << row.name << ": " << proof->detail;
    }
    EXPECT_EQ(found, row.want) << row.name;
  }
}

struct DetailRow {
  const char* name;
  Situation situation;
  std::string_view want;  ///< the details of all that was found, one a line
};

TEST(MessageProof, SaysWhatIsKnownAndNoMore) {
  const Proofs proofs;
  const auto watermarked = [](std::string watermark) {
    response::Response response;
    response.watermarks = {std::move(watermark)};
    return response;
  };
  const std::string of_another_ring = "1;3" + proofs.watermark("ann@example.org").substr(3);
  const std::string of_an_old_key = "1;1" + proofs.watermark("ann@example.org").substr(3);
  const auto signed_at = [](sys_seconds time) {
    return signature(dkim::Outcome::Good, "ann@example.org", time);
  };
  const DetailRow rows[] = {
      {"a recorded id",
       {.ids = {seen(2)}},
       "A mail of this mailbox left with the Message-ID 1@example.org.\n"},
      {"with an addressee",
       {.ids = {seen(2, {"bob@example.com"})}},
       "A mail of this mailbox left for bob@example.com, with the Message-ID 1@example.org.\n"},
      {"an imported id",
       {.ids = {seen(0, {}, true)}},
       "The Message-ID 1@example.org was imported from a list of mail that left, which doesn't say who sent "
       "it.\n"},
      {"a watermark of another key",
       {.response = watermarked(of_another_ring)},
       "The watermark that came back names key 3, which our key ring does not have.\n"},
      {"a watermark of a key that was retired 46 days ago",
       {.response = watermarked(of_an_old_key)},
       "The watermark that came back names key 1, which was retired too long ago to count: more than 45 "
       "days.\n"},
      {"a watermark that is old",
       {.response = watermarked(proofs.watermark("ann@example.org", kNow - days(31)))},
       "The watermark that came back is ours, but older than 30 days: it was made on 2026-10-23.\n"},
      {"a watermark of the day after tomorrow",
       {.response = watermarked(proofs.watermark("ann@example.org", kNow + days(2)))},
       "The watermark that came back is ours, but dated 2026-11-25, in the future.\n"},
      {"a signature that is old",
       {.signatures = {signed_at(kNow - days(30))}},
       "The DKIM signature that came back, by s._domainkey.example.org, is older than 30 days: it was made "
       "on "
       "2026-10-24.\n"},
      {"a signature of tomorrow",
       {.signatures = {signed_at(kNow + days(1))}},
       "The DKIM signature that came back, by s._domainkey.example.org, is dated 2026-11-24, in the "
       "future.\n"},
      {"a signature that was changed",
       {.signatures = {signature(dkim::Outcome::BadSignature)}},
       "The DKIM signature that came back, by s._domainkey.example.org, proves nothing: it does not fit the "
       "header, which was changed, or another key made it.\n"},
  };
  for (const auto& row : rows) {
    std::string found;
    for (const auto find : {find_watermark, find_signature, find_recorded}) {
      const auto proof = find(row.situation.response, proofs.context(row.situation));
      if (proof) found += proof->detail + "\n";
    }
    EXPECT_EQ(found, row.want) << row.name;
  }
}

struct OtherRow {
  const char* name;
  Situation situation;
  std::string_view want;  ///< the detail, or empty
  bool want_signature;
};

TEST(MessageProof, OfAnotherMailboxIsAHint) {
  const Proofs proofs;
  response::Response of_news;
  of_news.watermarks = {proofs.watermark("news@example.org")};
  SeenSignature failed = signature(dkim::Outcome::NoKey);
  failed.is_failed = true;
  const OtherRow rows[] = {
      {"nothing", {}, "", false},
      {"a signature",
       {.signatures = {signature(dkim::Outcome::Good, "news@example.org")}, .others = {"news@example.org"}},
       "The DKIM signature that came back, by s._domainkey.example.org, is of news@example.org, another "
       "mailbox.",
       true},
      {"a signature over a From that is not ours",
       {.signatures = {signature(dkim::Outcome::Good, "x@bank.example")}},
       "",
       false},
      {"one of the owner", {.signatures = {signature(dkim::Outcome::Good)}}, "", false},
      {"a bad one", {.signatures = {signature(dkim::Outcome::BadSignature, "news@example.org")}}, "", false},
      {"a watermark",
       {.response = of_news, .others = {"news@example.org"}},
       "The watermark that came back is of news@example.org, another mailbox.",
       false},
      {"a watermark of nobody who came back", {.response = of_news}, "", false},
      {"a key that we don't know",
       {.signatures = {signature(dkim::Outcome::NoKey)}},
       "The DKIM signature that came back, by s._domainkey.example.org, proves nothing: we know no key of "
       "that "
       "name.",
       false},
      {"a key that is out of its days",
       {.signatures = {signature(dkim::Outcome::KeyOutOfDays)}},
       "The DKIM signature that came back, by s._domainkey.example.org, proves nothing: the days that the "
       "key "
       "folder gives for this key (from, until) don't include today.",
       false},
      {"a key that could not be looked up", {.signatures = {failed}}, "", false},
  };
  for (const auto& row : rows) {
    const auto context = proofs.context(row.situation);
    const auto found = find_other(row.situation.response, context);
    EXPECT_EQ(found ? found->detail : "", row.want) << row.name;
    EXPECT_EQ(has_other_signature(context), row.want_signature) << row.name;
  }
}

}  // namespace
}  // namespace backstop::origin
