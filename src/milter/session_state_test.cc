#include "milter/session_state.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace backstop::milter {
namespace {

using testing::HasSubstr;

constexpr std::string_view kLetters = "OCHMRTLNBEUADKQ";

struct SessionRow {
  const char* name;
  std::string_view letters;
  Phase want_phase;
  std::size_t want_aborts;
};

const SessionRow kSessions[] = {
    {"negotiated", "O", Phase::Waiting, 0},
    {"one message", "ODCDHDMDRDTDLLLNBBE", Phase::Connected, 0},
    {"two recipients and no login", "OCHMRRTLNBE", Phase::Connected, 0},
    {"a version that has no DATA", "OCHMRLNBE", Phase::Connected, 0},
    {"steps that are left out", "OCME", Phase::Connected, 0},
    {"a message without header or body", "OCHMRTNE", Phase::Connected, 0},
    {"two messages", "OCHMRTLNBEMRTLNBE", Phase::Connected, 0},
    {"HELO again, after STARTTLS", "OCHH", Phase::Connected, 0},
    {"abort between messages", "OCHA", Phase::Connected, 0},
    {"abort before the connection", "OA", Phase::Waiting, 0},
    {"abort in a message", "OCHMRA", Phase::Connected, 1},
    {"the server aborts twice", "OCHMRAA", Phase::Connected, 1},
    {"HELO in a message", "OCHMRH", Phase::Connected, 1},
    {"MAIL in a message", "OCHMRM", Phase::Mail, 1},
    {"an unknown command", "OCHUMUR", Phase::Recipient, 0},
    {"the end after a message", "OCHMRTLNBEQ", Phase::Over, 0},
    {"the end in a message", "OCHMRQ", Phase::Over, 1},
    {"the end before all", "Q", Phase::Over, 0},
    {"a new client", "OCHMRTLNBEKCH", Phase::Connected, 0},
    {"a new client in a message", "OCHMKC", Phase::Connected, 1},
};

TEST(Session, MovesOn) {
  for (const SessionRow& row : kSessions) {
    SCOPED_TRACE(row.name);
    Phase phase = Phase::Start;
    std::size_t aborts = 0;
    for (const char letter : row.letters) {
      const auto moved = move_on(phase, letter);
      ASSERT_TRUE(moved) << letter;
      aborts += *moved == Implied::Abort;
    }
    EXPECT_EQ(phase, row.want_phase);
    EXPECT_EQ(aborts, row.want_aborts);
  }
}

struct AllowedRow {
  Phase phase;
  std::string_view want_letters;
};

const AllowedRow kAllowed[] = {
    {Phase::Start, "OQ"},           {Phase::Waiting, "CADKQ"},           {Phase::Connected, "HMUADKQ"},
    {Phase::Mail, "HMRTLNBEUADKQ"}, {Phase::Recipient, "HMRTLNBEUADKQ"}, {Phase::Data, "HMLNBEUADKQ"},
    {Phase::Header, "HMLNBEUADKQ"}, {Phase::Body, "HMBEUADKQ"},          {Phase::Over, ""},
};

TEST(Session, TakesNothingElse) {
  for (const AllowedRow& row : kAllowed) {
    std::string allowed;
    for (const char letter : kLetters) {
      Phase phase = row.phase;
      const auto moved = move_on(phase, letter);
      if (moved) {
        allowed += letter;
      } else {
        EXPECT_EQ(phase, row.phase) << letter;
        EXPECT_THAT(moved.error().message, HasSubstr("can't come now")) << letter;
      }
    }
    EXPECT_EQ(allowed, row.want_letters) << static_cast<int>(row.phase);
  }
}

TEST(Session, TakesNoUnknownLetter) {
  for (int value = 0; value < 256; ++value) {
    const char letter = static_cast<char>(value);
    if (letter != 0 && kLetters.contains(letter)) continue;
    Phase phase = Phase::Mail;
    const auto moved = move_on(phase, letter);
    ASSERT_FALSE(moved) << value;
    EXPECT_THAT(moved.error().message, HasSubstr("isn't known")) << value;
  }
}

TEST(Session, KnowsItsMessage) {
  EXPECT_FALSE(is_in_message(Phase::Connected));
  EXPECT_TRUE(is_in_message(Phase::Mail));
  EXPECT_TRUE(is_in_message(Phase::Body));
  EXPECT_FALSE(is_in_message(Phase::Over));
}

}  // namespace
}  // namespace backstop::milter
